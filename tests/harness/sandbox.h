// A place for a real daemon: network namespaces, a bpffs, a directory with config, state and control socket. All of it
// is the test's own, and gone when the test ends, even where it is killed: processes die with the test, mounts
// and namespaces with the last process in them.
#pragma once

#include <csignal>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "tests/harness/process.h"
#include "tests/harness/sandbox_network.h"

namespace xdpfwd::harness {

/// A tmpfs, mounted in a mount namespace that the calling process moves into.
class SandboxDirectory {
 public:
  /// Throws std::runtime_error. Removes the empty mount points of tests that were killed.
  SandboxDirectory();
  ~SandboxDirectory();
  SandboxDirectory(const SandboxDirectory&) = delete;
  SandboxDirectory& operator=(const SandboxDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }
  /// One more file system in it; `options` as mount(2) has them. It goes with the rest.
  void mount(const std::string& type, const std::filesystem::path& at, const std::string& options) const;

 private:
  void hide_resolvers() const;

  std::filesystem::path path_;
};

class Sandbox {
 public:
  Sandbox(std::filesystem::path daemon_program, const std::filesystem::path& client_program);
  ~Sandbox() { end_daemon(); }
  Sandbox(const Sandbox&) = delete;
  Sandbox& operator=(const Sandbox&) = delete;

  Network& network() { return network_; }
  const Network& network() const { return network_; }
  const std::filesystem::path& path() const { return directory_.path(); }
  std::filesystem::path socket() const { return path() / "control.sock"; }
  std::filesystem::path config_file() const { return path() / "xdpfwd.json"; }
  std::filesystem::path state_dir() const { return path() / "state"; }
  std::filesystem::path pin_dir() const { return path() / "bpf" / "xdpfwd"; }
  /// Puts a file system of so many KiB there, or where the daemon keeps its state.
  void limit(const std::filesystem::path& directory, unsigned kibibytes) const;
  void limit_state(unsigned kibibytes) const { limit(state_dir(), kibibytes); }
  /// Makes the file system of limit_state() read-only, or writable again.
  void remount_state(bool read_only) const;
  /// Takes the bpf file system away, as far as anybody can see, and mounts another one.
  void unmount_bpffs() const;
  void mount_bpffs() const { directory_.mount("bpf", path() / "bpf", "mode=0700"); }
  /// Leaves no room there, until free_state().
  void fill_state() const;
  void free_state() const { std::filesystem::remove(state_dir() / "filler"); }

  /// What start_daemon() writes to the config file: the first link's interface in native mode, and where things are.
  nlohmann::json config;
  void write_config() const { write_file(config_file(), config.dump(2)); }
  /// The daemon's group, which is root unless told; it needs that of `admin_group` to give its socket to it.
  gid_t daemon_group = 0;
  /// What it is started with: a program that becomes the daemon, with its arguments.
  Strings daemon_wrapper;
  /// Whether it has what a dispatcher takes.
  bool daemon_may_share = false;
  /// What it finds in its environment, as NOTIFY_SOCKET=... from systemd.
  Strings daemon_environment;
  /// What xdpfwctl finds there: an SSH_CONNECTION that names nobody, so that whoever runs the tests has no part in
  /// them.
  Strings client_environment{"SSH_CONNECTION="};

  /// Starts the daemon and waits until it answers. Throws std::runtime_error with its log where it does not.
  void start_daemon();
  /// Starts it and does not wait.
  void launch_daemon();
  /// Ends it, and returns its exit status.
  int stop_daemon(int signal = SIGTERM);
  void restart_daemon(int signal = SIGTERM);
  /// Asks it to end where it runs, since one that is killed tells neither what it ran nor what it lost. One that does
  /// not is killed with the sandbox.
  void end_daemon();
  bool daemon_runs() { return daemon_ && !daemon_->wait(std::chrono::milliseconds(0)); }
  const Process& daemon() const { return *daemon_; }
  /// Runs the daemon's program to its end, as for `--detach` or a start that is to fail.
  Outcome run_daemon(const Strings& arguments = {}) const;
  /// Where their standard error goes.
  std::filesystem::path log_file() const { return path() / "log"; }
  /// What the daemons so far have said.
  std::string log() const { return read_file(log_file()); }

  /// Runs xdpfwctl.
  Outcome ctl(const Strings& arguments, const std::string& input = {},
              const std::optional<Identity>& identity = {}) const;
  /// The same with --json, for what has to succeed. Throws std::runtime_error where it does not.
  nlohmann::json ask(const Strings& arguments) const;
  nlohmann::json interface_status(const std::string& name) const;

 private:
  Program daemon_command(const Strings& arguments) const;

  SandboxDirectory directory_;
  std::filesystem::path daemon_program_;
  std::filesystem::path client_program_;
  Network network_;
  std::unique_ptr<Process> daemon_;
};

}  // namespace xdpfwd::harness
