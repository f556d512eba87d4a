#include "ctl/doctor.h"

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>

#include "common/error.h"
#include "common/json.h"
#include "ctl/client.h"
#include "ctl/output.h"
#include "ctl/render.h"

namespace xdpfwd::ctl {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

/// The one that this program was built or installed with; otherwise whatever PATH has.
std::string daemon_program() {
  std::error_code unknown;
  const fs::path here = fs::read_symlink("/proc/self/exe", unknown).parent_path();
  for (const fs::path& place :
       {here / "xdpfwd", here / "../sbin/xdpfwd", here / "../daemon/xdpfwd", fs::path(XDPFWD_INSTALLED_PROGRAM)})
    if (fs::is_regular_file(place, unknown) && access(place.c_str(), X_OK) == 0) return place.lexically_normal();
  return "xdpfwd";
}

struct Ended {
  int status;
  std::string out;
};

/// Runs it to its end; its standard error is ours.
Ended run_program(const std::vector<std::string>& words) {
  std::array<int, 2> ends{};
  if (pipe2(ends.data(), O_CLOEXEC) != 0) throw system_error("doctor: make a pipe", errno);
  const Descriptor reading(ends[0]);
  std::optional<Descriptor> writing(ends[1]);
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, writing->get(), STDOUT_FILENO);
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  pid_t child = 0;
  const int failure = posix_spawnp(&child, arguments[0], &actions, nullptr, arguments.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  if (failure != 0)
    throw system_error("doctor: run " + words.front(), failure, "install xdpfwd; it is what looks at the host");
  writing.reset();
  Ended ended{};
  for (std::array<char, 4096> buffer{};;) {
    const ssize_t size = read(reading.get(), buffer.data(), buffer.size());
    if (size < 0 && errno == EINTR) continue;
    if (size <= 0) break;
    ended.out.append(buffer.data(), static_cast<std::size_t>(size));
  }
  while (waitpid(child, &ended.status, 0) < 0 && errno == EINTR) continue;
  return ended;
}

}  // namespace

int run_doctor(const Arguments& arguments) {
  std::vector<std::string> words{daemon_program(), "--doctor"};
  if (const auto config = arguments.params.find("config"); config != arguments.params.end())
    words.insert(words.end(), {"--config", config->get<std::string>()});
  const Ended ended = run_program(words);
  const int status = WIFEXITED(ended.status) ? WEXITSTATUS(ended.status) : 128 + WTERMSIG(ended.status);
  if (status > 1 || ended.out.empty())
    throw Error(Code::internal, "doctor: " + words.front() + " --doctor ended with status " + std::to_string(status),
                "it may be of another version than xdpfwctl: " + words.front() + " --version");
  const json result = parse_json(ended.out);
  const Globals& globals = arguments.globals;
  const Call call{arguments.command, arguments.params, {}};
  if (!globals.quiet) {
    const View view{.color = wants_color(globals.color, STDOUT_FILENO)};
    write_all(STDOUT_FILENO, globals.json ? render_json(call, result) : render(call, result, view));
  }
  return exit_status(call, result, globals.quiet);
}

}  // namespace xdpfwd::ctl
