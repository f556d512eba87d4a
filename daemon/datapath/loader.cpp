#include "daemon/datapath/loader.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <string>
#include <vector>

#include "common/error.h"
#include "daemon/datapath/bpf_log.h"
#include "daemon/datapath/rights.h"

namespace xdpfwd {
namespace {

constexpr std::array needed_to_load{CAP_BPF, CAP_NET_ADMIN};
constexpr std::size_t longest_answer = 65536;

/// Both are one program before and after fork(), so they lie in memory as they are sent.
struct Request {
  Sizes sizes;
  std::array<bool, object_count> has{};  // which maps come with it
};
struct Answer {
  bool loaded;
  Code code;  // otherwise; the message and the hint follow, each with a NUL at its end
};

/// One message, with descriptors.
class FdMessage {
 public:
  FdMessage(void* bytes, std::size_t size) : part_{.iov_base = bytes, .iov_len = size} {}

  bool send(int socket, const std::vector<int>& fds) {
    if (!fds.empty()) {
      const std::size_t size = sizeof(int) * fds.size();
      header_.msg_control = control_.data();
      header_.msg_controllen = CMSG_SPACE(size);
      cmsghdr* first = CMSG_FIRSTHDR(&header_);
      *first = {.cmsg_len = CMSG_LEN(size), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS};
      std::memcpy(CMSG_DATA(first), fds.data(), size);
    }
    return retried([&] { return sendmsg(socket, &header_, MSG_NOSIGNAL); }) >= 0;
  }

  /// The size of what came; 0 where the other side is gone.
  std::size_t receive(int socket, std::vector<Fd>& fds) {
    header_.msg_control = control_.data();
    header_.msg_controllen = control_.size();
    const ssize_t size = retried([&] { return recvmsg(socket, &header_, MSG_CMSG_CLOEXEC); });
    for (cmsghdr* item = CMSG_FIRSTHDR(&header_); size > 0 && item != nullptr; item = CMSG_NXTHDR(&header_, item))
      for (std::size_t at = 0; CMSG_LEN(at + sizeof(int)) <= item->cmsg_len; at += sizeof(int)) {
        int fd = -1;
        std::memcpy(&fd, CMSG_DATA(item) + at, sizeof fd);
        fds.emplace_back(fd);
      }
    return size < 0 ? 0 : static_cast<std::size_t>(size);
  }

 private:
  template <typename Call>
  static ssize_t retried(Call call) {
    ssize_t result = call();
    while (result < 0 && errno == EINTR) result = call();
    return result;
  }

  iovec part_;
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(int) * object_count)> control_{};
  msghdr header_{.msg_name = nullptr,
                 .msg_namelen = 0,
                 .msg_iov = &part_,
                 .msg_iovlen = 1,
                 .msg_control = nullptr,
                 .msg_controllen = 0,
                 .msg_flags = 0};
};

std::vector<int> numbers_of(const ProgramObjects& objects) {
  std::vector<int> fds;
  for (const Fd& fd : objects.all())
    if (fd) fds.push_back(fd.get());
  return fds;
}

void answer(int socket, const Request& request, std::vector<Fd> fds) {
  GivenMaps given;
  auto next = fds.begin();
  for (std::size_t object = 0; object < object_count; ++object)
    if (request.has[object] && next != fds.end()) given.all()[object] = std::move(*next++);
  try {
    Answer loaded{.loaded = true, .code = {}};
    FdMessage(&loaded, sizeof loaded).send(socket, numbers_of(load_program(request.sizes, given)));
  } catch (const Error& error) {
    const Answer failed{.loaded = false, .code = error.code()};
    std::string text(reinterpret_cast<const char*>(&failed), sizeof failed);
    text.append(error.what()).append(1, '\0').append(error.hint()).append(1, '\0');
    text.resize(std::min(text.size(), longest_answer));
    FdMessage(text.data(), text.size()).send(socket, {});
  }
}

/// Where the kernel lets nobody do that, it has too many, and the daemon tells so of its own.
void give_rights_up() try { keep_rights(needed_to_load); } catch (const Error&) {
}

/// The process, until the daemon is gone. It outlives signals that are for the daemon, which may need it until its end.
[[noreturn]] void serve(int socket, pid_t daemon) {
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) std::signal(signal, SIG_IGN);
  prctl(PR_SET_NAME, "xdpfwd-loader");
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != daemon) _exit(0);
  close_range(STDERR_FILENO + 1, static_cast<unsigned>(socket) - 1, 0);
  close_range(static_cast<unsigned>(socket) + 1, ~0u, 0);
  try {
    give_rights_up();
    capture_bpf_log();
    for (;;) {
      Request request;
      std::vector<Fd> fds;
      if (FdMessage(&request, sizeof request).receive(socket, fds) != sizeof request) _exit(0);
      answer(socket, request, std::move(fds));
    }
  } catch (...) {
    _exit(1);
  }
}

/// What load_program() threw over there.
Error error_in(std::string_view text) {
  Answer failed{};
  std::memcpy(&failed, text.data(), sizeof failed);
  text.remove_prefix(sizeof failed);
  const std::string_view message = text.substr(0, text.find('\0'));
  text.remove_prefix(std::min(message.size() + 1, text.size()));
  return {failed.code, std::string(message), std::string(text.substr(0, text.find('\0')))};
}

}  // namespace

Loader::Loader() {
  std::array<int, 2> ends{};
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0)
    throw system_error("make a pair of sockets", errno);
  Fd other(ends[1]);
  socket_ = Fd(ends[0]);
  const pid_t daemon = getpid();
  const pid_t process = fork();
  if (process < 0) throw system_error("start the process that loads the program", errno);
  if (process == 0) serve(other.get(), daemon);
}

ProgramObjects Loader::load(const Sizes& sizes, const GivenMaps& given) const {
  const Error gone(Code::internal, "load the XDP program: the process that does so is gone",
                   "what is in force stays so; systemctl restart xdpfwd starts both anew");
  Request request{.sizes = sizes};
  for (std::size_t object = 0; object < object_count; ++object) request.has[object] = bool(given.all()[object]);
  if (!FdMessage(&request, sizeof request).send(socket_.get(), numbers_of(given))) throw gone;
  std::string text(longest_answer, '\0');
  std::vector<Fd> fds;
  text.resize(FdMessage(text.data(), text.size()).receive(socket_.get(), fds));
  if (text.size() < sizeof(Answer)) throw gone;
  if (!text.front()) throw error_in(text);
  if (fds.size() != object_count)
    throw Error(Code::internal, "load the XDP program: too few descriptors to be had",
                "raise LimitNOFILE= of the service");
  ProgramObjects objects;
  std::ranges::move(fds, objects.all().begin());
  return objects;
}

}  // namespace xdpfwd
