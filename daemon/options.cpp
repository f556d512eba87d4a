#include "daemon/options.h"

#include <CLI/CLI.hpp>

#include "common/version.h"

namespace xdpfwd {

std::optional<Options> read_options(int argc, char** argv, int& exit_status) {
  CLI::App app(
      "xdpfwd drops packets from blocked sources with an XDP program, before the kernel spends anything on\n"
      "them. It is controlled with xdpfwctl.\n\n"
      "SIGTERM ends it and leaves the filter in force; Ctrl-C takes the filter off. SIGHUP reads the config\n"
      "file again.",
      "xdpfwd");
  Options options;
  std::string config = options.config;
  bool check_config = false;
  bool doctor = false;
  bool detach = false;
  app.add_option("--config", config, "the config file")->type_name("FILE")->capture_default_str();
  auto* check = app.add_flag("--check-config", check_config, "check the config file, and do nothing else");
  auto* examine = app.add_flag("--doctor", doctor, "check the host, for xdpfwctl doctor: prints JSON")->excludes(check);
  app.add_flag("--detach", detach, "take the filter off every interface, and end")->excludes(check)->excludes(examine);
  std::string file;
  app.add_option("--send-file", file)->group("");  // for the daemon itself, see daemon/lists/file_stream.h
  app.set_version_flag("--version", "xdpfwd " + std::string(version));
  try {
    app.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    exit_status = app.exit(error) == 0 ? 0 : 2;
    return std::nullopt;
  }
  options.config = std::filesystem::absolute(config);
  options.file = file;
  options.task = !file.empty()  ? Options::Task::send_file
                 : check_config ? Options::Task::check_config
                 : doctor       ? Options::Task::doctor
                 : detach       ? Options::Task::detach
                                : Options::Task::run;
  return options;
}

}  // namespace xdpfwd
