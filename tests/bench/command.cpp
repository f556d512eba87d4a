#include "tests/bench/command.h"

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstring>
#include <stdexcept>

#include "daemon/datapath/fd.h"
#include "tests/bench/samples.h"

namespace xdpfwd::bench {
namespace {

constexpr int longest_milliseconds = 120'000;

std::string joined(const Words& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text.substr(0, 200);
}

/// What posix_spawn is told: the standard streams, and no signal blocked.
class SpawnSettings {
 public:
  SpawnSettings(int input, int out, int err) {
    posix_spawn_file_actions_init(&streams);
    posix_spawn_file_actions_adddup2(&streams, input, 0);
    posix_spawn_file_actions_adddup2(&streams, out, 1);
    posix_spawn_file_actions_adddup2(&streams, err, 2);
    sigset_t none;
    sigemptyset(&none);
    posix_spawnattr_init(&attributes);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
  }
  ~SpawnSettings() {
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&streams);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  posix_spawn_file_actions_t streams;
  posix_spawnattr_t attributes;
};

std::vector<char*> pointers(const Words& words) {
  std::vector<char*> list;
  for (const std::string& word : words) list.push_back(const_cast<char*>(word.c_str()));
  list.push_back(nullptr);
  return list;
}

/// True where it succeeded.
bool wait_for(pid_t child) {
  const Fd handle(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  pollfd ended{.fd = handle.get(), .events = POLLIN, .revents = 0};
  if (poll(&ended, 1, longest_milliseconds) != 1) kill(child, SIGKILL);
  int status = -1;
  waitpid(child, &status, 0);
  return status == 0;
}

std::string content_of(const Fd& file) {
  std::array<char, 1000> text{};
  const ssize_t size = pread(file.get(), text.data(), text.size(), 0);
  return {text.data(), static_cast<std::size_t>(size > 0 ? size : 0)};
}

}  // namespace

double time_command(const Words& words, const std::filesystem::path& input) {
  const Fd in(open(input.c_str(), O_RDONLY | O_CLOEXEC));
  const Fd out(open("/dev/null", O_WRONLY | O_CLOEXEC));
  const Fd err(memfd_create("errors", MFD_CLOEXEC));
  if (!in || !out || !err) throw std::runtime_error(joined(words) + ": " + std::strerror(errno));
  const SpawnSettings settings(in.get(), out.get(), err.get());
  const std::vector<char*> arguments = pointers(words);
  const Words environment_words{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"};
  const std::vector<char*> environment = pointers(environment_words);
  pid_t child = 0;
  const Clock::time_point start = Clock::now();
  const int result =
      posix_spawnp(&child, arguments[0], &settings.streams, &settings.attributes, arguments.data(), environment.data());
  if (result != 0) throw std::runtime_error(joined(words) + ": " + std::strerror(result));
  const bool succeeded = wait_for(child);
  const double seconds = seconds_since(start);
  if (!succeeded) throw std::runtime_error(joined(words) + ": failed: " + content_of(err));
  return seconds;
}

bool is_installed(const std::string& program) {
  for (const char* directory : {"/usr/local/sbin/", "/usr/local/bin/", "/usr/sbin/", "/usr/bin/", "/sbin/", "/bin/"})
    if (access((directory + program).c_str(), X_OK) == 0) return true;
  return false;
}

}  // namespace xdpfwd::bench
