// The daemon's command line.
#pragma once

#include <filesystem>
#include <optional>

namespace xdpfwd {

struct Options {
  enum class Task { run, check_config, doctor, detach, send_file };

  Task task = Task::run;
  std::filesystem::path config = "/etc/xdpfwd/xdpfwd.json";
  std::filesystem::path file = {};  // to be sent
};

/// Reads the arguments. Where they ask for help or the version, or are wrong, that is printed, and the
/// exit status is set instead.
std::optional<Options> read_options(int argc, char** argv, int& exit_status);

}  // namespace xdpfwd
