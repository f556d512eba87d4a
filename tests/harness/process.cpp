#include "tests/harness/process.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

#include "tests/harness/fail.h"

namespace xdpfwd::harness {
namespace {

std::string joined(const Strings& words) {
  std::string text;
  for (const std::string& word : words) text += (text.empty() ? "" : " ") + word;
  return text;
}

std::vector<char*> pointers(const Strings& words) {
  std::vector<char*> list;
  for (const std::string& word : words) list.push_back(const_cast<char*>(word.c_str()));
  list.push_back(nullptr);
  return list;
}

/// Nothing of the caller's own that could change what a program does, as NOTIFY_SOCKET or JOURNAL_STREAM.
Strings environment_of(const Program& program) {
  Strings environment{"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL=C.UTF-8"};
  for (const char* name :
       {"ASAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS", "TSAN_OPTIONS", "GCOV_PREFIX", "GCOV_ERROR_FILE"})
    if (const char* value = std::getenv(name)) environment.push_back(std::string(name) + "=" + value);
  environment.insert(environment.end(), program.environment.begin(), program.environment.end());
  return environment;
}

/// Both take effect with the next exec: what is not in the bounding set, root does not get back.
bool keep_only_service_capabilities(bool and_sys_admin) {
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) {
    const bool kept =
        capability == CAP_BPF || capability == CAP_NET_ADMIN || (capability == CAP_SYS_ADMIN && and_sys_admin);
    if (!kept && prctl(PR_CAPBSET_DROP, capability) != 0) return false;
  }
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

/// By system call: the library's functions would look for other threads, of which there are none after fork.
bool become(const Identity& identity) {
  return syscall(SYS_setgroups, identity.groups.size(), identity.groups.data()) == 0 &&
         syscall(SYS_setresgid, identity.group, identity.group, identity.group) == 0 &&
         syscall(SYS_setresuid, identity.user, identity.user, identity.user) == 0;
}

/// In the child: from here on only what may be called between fork and exec.
[[noreturn]] void turn_into(const Program& program, char* const* words, char* const* environment, int input, int out,
                            int err) {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
  const bool ready = dup2(input, 0) == 0 && dup2(out, 1) == 1 && dup2(err, 2) == 2 && setsid() >= 0 &&
                     (program.network_namespace < 0 || setns(program.network_namespace, CLONE_NEWNET) == 0) &&
                     (!program.only_service_capabilities || keep_only_service_capabilities(program.and_sys_admin)) &&
                     (!program.identity || become(*program.identity)) && prctl(PR_SET_PDEATHSIG, SIGKILL) == 0;
  if (ready) execvpe(words[0], words, environment);
  const char* reason = strerrordesc_np(errno);
  static_cast<void>(!write(2, reason, std::strlen(reason)));
  _exit(127);
}

Fd memory_file(std::string_view content) {
  Fd file(memfd_create("stream", MFD_CLOEXEC));
  if (!file) fail("make a file in memory");
  if (write(file.get(), content.data(), content.size()) != static_cast<ssize_t>(content.size()))
    fail("write a file in memory");
  lseek(file.get(), 0, SEEK_SET);
  return file;
}

std::string content_of(const Fd& file) {
  std::string text(static_cast<std::size_t>(lseek(file.get(), 0, SEEK_END)), '\0');
  if (pread(file.get(), text.data(), text.size(), 0) != static_cast<ssize_t>(text.size()))
    fail("read a file in memory");
  return text;
}

}  // namespace

Process::Process(const Program& program, int input, int out, int err) {
  const Strings environment_words = environment_of(program);
  const std::vector<char*> words = pointers(program.words);
  const std::vector<char*> environment = pointers(environment_words);
  pid_ = fork();
  if (pid_ < 0) fail("fork");
  if (pid_ == 0) turn_into(program, words.data(), environment.data(), input, out, err);
  handle_ = Fd(static_cast<int>(syscall(SYS_pidfd_open, pid_, 0)));
  if (!handle_) fail("pidfd_open");
}

Process::~Process() {
  if (status_) return;
  signal(SIGKILL);
  waitpid(pid_, nullptr, 0);
}

void Process::signal(int number) const {
  if (!status_) kill(pid_, number);
}

std::optional<int> Process::wait(std::chrono::milliseconds limit) {
  if (status_) return status_;
  pollfd ended{.fd = handle_.get(), .events = POLLIN, .revents = 0};
  if (poll(&ended, 1, static_cast<int>(limit.count())) != 1) return std::nullopt;
  int status = 0;
  waitpid(pid_, &status, 0);
  status_ = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  return status_;
}

Outcome run(const Program& program, std::chrono::milliseconds limit) {
  const Fd input = memory_file(program.input);
  const Fd out = memory_file("");
  const Fd err = memory_file("");
  Process process(program, input.get(), out.get(), err.get());
  const std::optional<int> status = process.wait(limit);
  if (!status) throw std::runtime_error(joined(program.words) + ": did not end; it said: " + content_of(err));
  return {*status, content_of(out), content_of(err)};
}

std::string run_or_throw(const Program& program) {
  Outcome outcome = run(program);
  if (outcome.status != 0)
    throw std::runtime_error(joined(program.words) + ": status " + std::to_string(outcome.status) + ": " + outcome.err);
  return std::move(outcome.out);
}

bool eventually(const std::function<bool()>& question, std::chrono::milliseconds limit) {
  const auto end = std::chrono::steady_clock::now() + limit;
  for (;;) {
    if (question()) return true;
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
}

std::string read_file(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

void write_file(const std::filesystem::path& file, std::string_view text) {
  std::ofstream stream(file, std::ios::binary | std::ios::trunc);
  stream << text;
  if (!stream.flush()) throw std::runtime_error("write " + file.string() + " failed");
}

}  // namespace xdpfwd::harness
