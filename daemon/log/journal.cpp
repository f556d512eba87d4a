#include "daemon/log/journal.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <utility>

namespace xdpfwd {
namespace {

// As long as sd_journal_sendv(3) has it. Not connected, so that a journal that was restarted is found again.
constexpr sockaddr_un journal_address{AF_UNIX, "/run/systemd/journal/socket"};

// Some hundred kilobytes.
constexpr std::size_t most_kept = 1'000;

}  // namespace

/// With its length before it, so that nothing in a value can be taken for another field.
void JournalEntry::add(std::string_view name, std::string_view value) {
  bytes_.append(name) += '\n';
  for (std::uint64_t byte = 0, length = value.size(); byte < sizeof length; ++byte, length >>= 8)
    bytes_ += static_cast<char>(length & 0xff);
  bytes_.append(value) += '\n';
}

Journal::Journal() : socket_(socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)) {}

Journal::~Journal() {
  flush();
  if (socket_ >= 0) close(socket_);
}

void Journal::send(const JournalEntry& entry, bool keep) {
  const Outcome outcome = flush() ? try_to_send(entry.bytes()) : Outcome::later;
  if (keep && outcome == Outcome::later && kept_.size() < most_kept)
    kept_.push_back(entry.bytes());
  else if (outcome != Outcome::sent)
    ++lost_;
}

bool Journal::flush() {
  for (; !kept_.empty(); kept_.pop_front()) {
    const Outcome outcome = try_to_send(kept_.front());
    if (outcome == Outcome::later) return false;
    if (outcome == Outcome::never) ++lost_;
  }
  return true;
}

std::size_t Journal::take_lost() { return std::exchange(lost_, 0); }

Journal::Outcome Journal::try_to_send(const std::string& bytes) const {
  const auto* address = reinterpret_cast<const sockaddr*>(&journal_address);
  if (sendto(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL, address, sizeof journal_address) >= 0)
    return Outcome::sent;
  const bool passes = errno == EAGAIN || errno == ENOBUFS || errno == ENOENT || errno == ECONNREFUSED || errno == EINTR;
  return passes ? Outcome::later : Outcome::never;
}

}  // namespace xdpfwd
