// xdpfwd: reads the options and wires the rooms together.
#include <linux/capability.h>

#include <cstdio>
#include <memory>
#include <vector>

#include "common/error.h"
#include "common/json.h"
#include "daemon/config/config.h"
#include "daemon/datapath/loader.h"
#include "daemon/datapath/rights.h"
#include "daemon/doctor/doctor.h"
#include "daemon/firewall/firewall.h"
#include "daemon/lists/file_stream.h"
#include "daemon/lock/lock.h"
#include "daemon/log/log.h"
#include "daemon/log/messages.h"
#include "daemon/options.h"
#include "daemon/service/loop.h"

namespace xdpfwd {
namespace {

/// What libxdp takes, which builds and attaches dispatchers in this process: nothing, where it is not to share.
std::vector<int> rights_to_share() {
  if (!has_right(CAP_SYS_ADMIN)) return {};
  return {CAP_BPF, CAP_NET_ADMIN, CAP_SYS_ADMIN};
}

/// Where they cannot be given up, as in a sandbox that forbids capset(2), it filters all the same.
void keep_only(const std::vector<int>& rights, Log& log) try { keep_rights(rights); } catch (const Error& error) {
  log.warning(std::string("the daemon keeps rights that it does not need: ") + error.what() +
                  "; let its unit make the system call capset",
              {id_of(Message::fault)});
}

/// Clients, lists and packets are dealt with without any rights; only the loader keeps those that loading takes.
void run(const Options& options, Log& log) {
  const Loader loader;
  const std::vector<int> kept = rights_to_share();
  std::vector<int> at_first = kept;
  at_first.push_back(CAP_CHOWN);  // where there is that: the socket is given to its group
  keep_only(at_first, log);
  Config config = read_config(options.config);
  log.set_level(config.log_level);
  for (const std::string& note : config.notes) log.warning(note);

  prepare_pin_dir(config.pin_dir);
  const DirectoryLock pins(config.pin_dir);
  const DirectoryLock state(config.state_dir);
  Firewall firewall(options.config, std::move(config), log,
                    [&](const Sizes& sizes, const GivenMaps& given) { return loader.load(sizes, given); });
  Loop loop(firewall, log);  // before start(): where nobody can listen, nothing is attached either
  keep_only(kept, log);
  firewall.start();
  loop.run();
}

/// The exit status. The journal is told of an error with what everything there has: else it would be one line among
/// those that a service writes to its standard error, which are no errors to the journal.
int run_until_ended(const Options& options, Log& log) {
  try {
    run(options, log);
    return 0;
  } catch (const std::exception& exception) {
    if (!log.is_journal()) throw;
    const auto* error = dynamic_cast<const Error*>(&exception);
    const Code code = error == nullptr ? Code::internal : error->code();
    log.error(error == nullptr ? exception.what() : with_hint(*error),
              {id_of(Message::failed), {"XDPFWD_REASON", std::string(reason_of(code))}});
    return exit_status_of(code);
  }
}

void check_config(const Options& options) {
  const Config config = read_config(options.config);
  for (const std::string& note : config.notes) std::printf("note: %s\n", note.c_str());
  std::printf("%s is valid\n", options.config.c_str());
}

/// The exit status: 1 where something would keep the service from filtering.
int examine_host(const Options& options) {
  const Checks checks = examine(options.config);
  std::printf("%s\n", dump_json(to_json(checks)).c_str());
  return is_ready(checks) ? 0 : 1;
}

/// Works with a config file that is missing or wrong as well: the filter must come off when a person wants it.
std::filesystem::path pin_dir_of(const Options& options) {
  try {
    return read_config(options.config).pin_dir;
  } catch (const Error& error) {
    std::fprintf(stderr, "xdpfwd: %s\n", error.what());
    std::fprintf(stderr, "xdpfwd: going on with the default pin_dir, %s\n", Config{}.pin_dir.c_str());
    return Config{}.pin_dir;
  }
}

void detach(const Options& options, Log& log) {
  const std::filesystem::path pin_dir = pin_dir_of(options);
  if (!std::filesystem::exists(pin_dir)) {
    std::printf("nothing to take off: there is no %s\n", pin_dir.c_str());
    return;
  }
  prepare_pin_dir(pin_dir);
  const DirectoryLock pins(pin_dir);
  Datapath(pin_dir, log).remove();
  std::printf("the filter is off\n");
}

}  // namespace
}  // namespace xdpfwd

int main(int argc, char** argv) try {
  using namespace xdpfwd;
  int exit_status = 0;
  const std::optional<Options> options = read_options(argc, argv, exit_status);
  if (!options) return exit_status;
  Log log;
  switch (options->task) {
    case Options::Task::run:
      return run_until_ended(*options, log);
    case Options::Task::check_config:
      check_config(*options);
      break;
    case Options::Task::doctor:
      return examine_host(*options);
    case Options::Task::detach:
      detach(*options, log);
      break;
    case Options::Task::send_file:
      send_file(options->file, STDOUT_FILENO);
      break;
  }
  return 0;
} catch (const xdpfwd::Error& error) {
  std::fprintf(stderr, "xdpfwd: %s\n", error.what());
  if (!error.hint().empty()) std::fprintf(stderr, "hint: %s\n", error.hint().c_str());
  return xdpfwd::exit_status_of(error.code());
} catch (const std::exception& exception) {
  std::fprintf(stderr, "xdpfwd: %s\n", exception.what());
  return 1;
}
