#include "tests/bench/daemon_under_test.h"

#include <linux/magic.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/vfs.h>

#include <cstring>
#include <thread>

#include "tests/bench/samples.h"
#include "tests/harness/fail.h"

namespace xdpfwd::bench {
namespace {

namespace fs = std::filesystem;
using harness::fail;

constexpr double longest_start = 120;  // seconds
constexpr timeval longest_answer{.tv_sec = 60, .tv_usec = 0};

}  // namespace

bool has_disk() {
  struct statfs info {};
  return statfs(fs::temp_directory_path().c_str(), &info) == 0 && info.f_type != TMPFS_MAGIC;
}

DaemonUnderTest::DaemonUnderTest(State state, std::size_t ipv4_capacity) : sandbox_(XDPFWD_PROGRAM, XDPFWCTL_PROGRAM) {
  if (state == State::disk) sandbox_.config["state_dir"] = disk_.path() / "state";
  if (ipv4_capacity != 0) sandbox_.config["capacity"] = {{"ipv4", ipv4_capacity}};
  sandbox_.daemon_environment = {"GLIBC_TUNABLES=glibc.malloc.hugetlb=1"};  // as the service has it
  sandbox_.start_daemon();
}

Words DaemonUnderTest::ctl(const Words& arguments) const {
  Words words{sandbox_.path() / "xdpfwctl", "--socket", sandbox_.socket()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  return words;
}

double DaemonUnderTest::restart(int signal) {
  sandbox_.stop_daemon(signal);
  const Clock::time_point start = Clock::now();
  sandbox_.launch_daemon();
  // The socket is there before the daemon has read its list: what tells that it is ready is an answer.
  while (seconds_since(start) < longest_start && sandbox_.daemon_runs()) {
    try {
      DaemonConnection(sandbox_.socket()).time("ping", nlohmann::json::object());
      return seconds_since(start);
    } catch (const std::runtime_error&) {
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }
  throw std::runtime_error("the daemon did not start again; it said: " + sandbox_.log());
}

DaemonConnection::DaemonConnection(const fs::path& path) : socket_(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  setsockopt(socket_.get(), SOL_SOCKET, SO_RCVTIMEO, &longest_answer, sizeof(longest_answer));
  if (connect(socket_.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0)
    fail("connect to the daemon");
}

double DaemonConnection::time(const std::string& method, const nlohmann::json& params) {
  const nlohmann::json request{{"jsonrpc", "2.0"}, {"id", 1}, {"method", method}, {"params", params}};
  const std::string line = request.dump() + "\n";
  std::string answer(65'536, '\0');
  std::size_t size = 0;
  const Clock::time_point start = Clock::now();
  if (send(socket_.get(), line.data(), line.size(), MSG_NOSIGNAL) != static_cast<ssize_t>(line.size()))
    fail("send a request");
  while (size == 0 || answer[size - 1] != '\n') {
    const ssize_t received = recv(socket_.get(), &answer[size], answer.size() - size, 0);
    if (received <= 0) fail("receive an answer");
    size += static_cast<std::size_t>(received);
  }
  const double seconds = seconds_since(start);
  if (!nlohmann::json::parse(answer.substr(0, size)).contains("result"))
    throw std::runtime_error(method + ": " + answer.substr(0, size));
  return seconds;
}

}  // namespace xdpfwd::bench
