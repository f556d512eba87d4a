// The systemd journal's socket, which the daemon never waits for.
#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace xdpfwd {

/// One message in the journal's native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL).
class JournalEntry {
 public:
  /// The name is upper case; the value may be anything.
  void add(std::string_view name, std::string_view value);
  const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

/// What the journal does not take at once, as it is being restarted or busy, is kept and sent later, in its order.
class Journal {
 public:
  Journal();
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Where it need not be kept and is not taken at once, it is given up.
  void send(const JournalEntry& entry, bool keep = true);
  /// Sends what was kept, as far as the journal takes it now. True where nothing is left.
  bool flush();
  /// How many entries were given up since the last time, since too many were kept already or they were not to be.
  std::size_t take_lost();

 private:
  enum class Outcome : unsigned char { sent, later, never };
  Outcome try_to_send(const std::string& bytes) const;

  int socket_;  // nobody else's
  std::deque<std::string> kept_;
  std::size_t lost_ = 0;
};

}  // namespace xdpfwd
