#include "tests/harness/sandbox.h"

#include <fcntl.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string_view>

#include "tests/harness/fail.h"

namespace xdpfwd::harness {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view mount_point_prefix = "/run/xdpfwd-test-";
constexpr std::chrono::seconds time_to_start{60};
constexpr std::chrono::seconds time_to_end{60};
constexpr std::chrono::seconds time_to_end_at_last{5};  // a test may leave it stopped

/// `/run/xdpfwd-test-PID.N`; what a killed test leaves is such a directory, empty.
void remove_leftovers() {
  for (const auto& item : fs::directory_iterator("/run")) {
    const std::string name = item.path().string();
    if (!name.starts_with(mount_point_prefix)) continue;
    const pid_t owner = std::atoi(name.c_str() + mount_point_prefix.size());
    if (owner <= 0 || owner == getpid() || kill(owner, 0) == 0 || errno != ESRCH) continue;
    rmdir(name.c_str());
  }
}

fs::path new_mount_point() {
  for (unsigned number = 0;; ++number) {
    fs::path path = std::string(mount_point_prefix) + std::to_string(getpid()) + "." + std::to_string(number);
    if (mkdir(path.c_str(), 0755) == 0) return path;
    if (errno != EEXIST) fail("make " + path.string());
  }
}

}  // namespace

SandboxDirectory::SandboxDirectory() {
  remove_leftovers();
  if (unshare(CLONE_NEWNS) != 0 || ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0)
    fail("make a mount namespace");
  path_ = new_mount_point();
  mount("tmpfs", path_, "mode=0755");
  hide_resolvers();
}

/// What the machine that tests has for resolvers would be protected, and make a test pass on one and fail on another.
void SandboxDirectory::hide_resolvers() const {
  const fs::path none = path_ / "resolv.conf";
  write_file(none, "# none\n");
  for (const char* file : {"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"})
    if (fs::exists(file) && ::mount(none.c_str(), file, nullptr, MS_BIND, nullptr) != 0) fail("hide the resolvers");
}

SandboxDirectory::~SandboxDirectory() {
  // What is mounted in it goes with it.
  for (const char* file : {"/etc/resolv.conf", "/run/systemd/resolve/resolv.conf"}) umount2(file, MNT_DETACH);
  umount2(path_.c_str(), MNT_DETACH);
  rmdir(path_.c_str());
}

void SandboxDirectory::mount(const std::string& type, const fs::path& at, const std::string& options) const {
  fs::create_directories(at);
  if (::mount(type.c_str(), at.c_str(), type.c_str(), 0, options.c_str()) != 0) fail("mount " + type);
}

Sandbox::Sandbox(fs::path daemon_program, const fs::path& client_program)
    : daemon_program_(std::move(daemon_program)), client_program_(path() / "xdpfwctl") {
  fs::copy_file(client_program, client_program_);  // to where everybody can run it
  mount_bpffs();
  config = {{"interfaces", {{{"name", Network::guarded_interface(0)}, {"mode", "native"}}}},
            {"control", {{"socket", socket()}, {"admin_group", nullptr}}},
            {"state_dir", state_dir()},
            {"pin_dir", pin_dir()}};
  write_config();
}

void Sandbox::unmount_bpffs() const {
  if (umount2((path() / "bpf").c_str(), MNT_DETACH) != 0) fail("unmount the bpf file system");
}

void Sandbox::limit(const fs::path& directory, unsigned kibibytes) const {
  directory_.mount("tmpfs", directory, "mode=0700,size=" + std::to_string(kibibytes) + "k");
}

void Sandbox::remount_state(bool read_only) const {
  const unsigned long flags = MS_REMOUNT | (read_only ? MS_RDONLY : 0);
  if (::mount(nullptr, state_dir().c_str(), nullptr, flags, nullptr) != 0) fail("mount the state anew");
}

void Sandbox::fill_state() const {
  std::ofstream filler(state_dir() / "filler", std::ios::binary);
  const std::string block(4096, 'x');
  while (filler.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) continue;
}

Program Sandbox::daemon_command(const Strings& arguments) const {
  Program command{.words = daemon_wrapper,
                  .network_namespace = network_.guarded(),
                  .identity = Identity{.user = 0, .group = daemon_group, .groups = {}},
                  .only_service_capabilities = true,
                  .and_sys_admin = daemon_may_share,
                  .input = {},
                  .environment = daemon_environment};
  for (const std::string& word : {daemon_program_.string(), std::string("--config"), config_file().string()})
    command.words.push_back(word);
  command.words.insert(command.words.end(), arguments.begin(), arguments.end());
  return command;
}

void Sandbox::launch_daemon() {
  write_config();
  const Fd nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  const Fd log_fd(open(log_file().c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
  if (!nothing || !log_fd) fail("open " + log_file().string());
  daemon_.reset();  // one that still ran would hold its locks until after the new one has asked for them
  daemon_ = std::make_unique<Process>(daemon_command({}), nothing.get(), nothing.get(), log_fd.get());
}

void Sandbox::start_daemon() {
  launch_daemon();
  const bool answers = eventually([&] { return !daemon_runs() || ctl({"ping"}).status == 0; }, time_to_start);
  if (!answers || !daemon_runs()) throw std::runtime_error("the daemon did not start; it said: " + log());
}

int Sandbox::stop_daemon(int signal) {
  daemon_->signal(signal);
  const std::optional<int> status = daemon_->wait(time_to_end);
  if (!status) throw std::runtime_error("the daemon did not end; it said: " + log());
  return *status;
}

void Sandbox::restart_daemon(int signal) {
  stop_daemon(signal);
  start_daemon();
}

void Sandbox::end_daemon() {
  if (!daemon_runs()) return;
  daemon_->signal(SIGTERM);
  daemon_->wait(time_to_end_at_last);
}

Outcome Sandbox::run_daemon(const Strings& arguments) const { return run(daemon_command(arguments)); }

Outcome Sandbox::ctl(const Strings& arguments, const std::string& input,
                     const std::optional<Identity>& identity) const {
  Program command{.words = {client_program_, "--socket", socket()},
                  .identity = identity,
                  .input = input,
                  .environment = client_environment};
  command.words.insert(command.words.end(), arguments.begin(), arguments.end());
  return run(command);
}

nlohmann::json Sandbox::ask(const Strings& arguments) const {
  Strings words{"--json"};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const Outcome outcome = ctl(words);
  if (outcome.status != 0) throw std::runtime_error("xdpfwctl " + arguments.front() + ": " + outcome.err);
  return nlohmann::json::parse(outcome.out);
}

nlohmann::json Sandbox::interface_status(const std::string& name) const {
  const nlohmann::json status = ask({"status"});
  for (const nlohmann::json& interface : status["interfaces"])
    if (interface["name"] == name) return interface;
  return nullptr;
}

}  // namespace xdpfwd::harness
