#include "tests/faults/system_calls.h"

#include <fcntl.h>

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <map>
#include <sstream>
#include <stdexcept>

#include "tests/harness/requirements.h"

namespace xdpfwd::harness {
namespace {

struct LeftOut {
  std::string_view call;
  std::string_view reason;
};

/// Calls that are not made to fail. A kill is tried at each of them but for the first two.
constexpr std::array calls_without_errors{
    LeftOut{"restart_syscall", "strace's own: it continues the call that it came into"},
    LeftOut{"rt_sigreturn", "comes with the signal of another process, and returns nothing of its own"},
    LeftOut{"brk", "returns where the memory ends and never an error; the C library takes any for an address"},
    LeftOut{"munmap", "frees what nobody looks at any more; it fails only where it is called wrongly"},
    LeftOut{"close", "frees a descriptor; it is freed whatever close(2) returns, which strace cannot imitate"},
    LeftOut{"madvise", "advice, which may be ignored"},
    LeftOut{"futex", "the C library ends the program on errors that the kernel does not give there"},
    LeftOut{"rseq", "as futex, where a thread begins"},
    LeftOut{"getpid", "cannot fail"},
    LeftOut{"gettid", "cannot fail"},
    LeftOut{"geteuid", "cannot fail"},
    LeftOut{"umask", "cannot fail"},
    LeftOut{"exit_group", "does not return"},
};

bool is_left_out(const Fault& fault) {
  const auto* found = std::ranges::find(calls_without_errors, fault.point.call, &LeftOut::call);
  return found != calls_without_errors.end() && (!fault.kills() || found < calls_without_errors.begin() + 2);
}

/// The name in a line as `1234 openat(AT_FDCWD, ...) = 3`; empty where it is about a signal, or the rest of a call.
std::string call_in(const std::string& line) {
  const std::size_t begin = line.find_first_not_of("0123456789 ");
  if (begin == std::string::npos) return {};
  const std::size_t end = line.find_first_not_of("abcdefghijklmnopqrstuvwxyz_0123456789", begin);
  return end == std::string::npos || end == begin || line[end] != '(' ? std::string() : line.substr(begin, end - begin);
}

/// As a run has told it.
std::string one_wanted() {
  const char* wanted = std::getenv("XDPFWD_TEST_FAULTS");
  return wanted == nullptr ? "" : wanted;
}

/// Of so many faults. A short way has as many as five of them tried.
std::size_t every(std::size_t unless_told, std::size_t of) {
  const char* wanted = std::getenv("XDPFWD_TEST_FAULTS");
  if (wanted == nullptr) return std::clamp<std::size_t>(of / 5, 1, unless_told);
  if (std::string_view(wanted) == "all") return 1;
  const unsigned long number = std::strtoul(wanted, nullptr, 10);
  return number == 0 ? of + 1 : number;  // a fault that is in another list
}

std::vector<Fault> sample_of(std::vector<Fault> all, std::size_t unless_told) {
  std::erase_if(all, is_left_out);
  if (const auto one = std::ranges::find(all, one_wanted(), &Fault::text); one != all.end()) return {*one};
  const std::size_t step = every(unless_told, all.size());
  std::vector<Fault> sample;
  for (std::size_t index = step / 2; index < all.size(); index += step) sample.push_back(all[index]);
  return sample;
}

Strings options_for(const std::filesystem::path& trace, const std::optional<Fault>& fault) {
  Strings words{"strace", "-f", "-o", trace};
  if (!fault) return words;
  const std::string what = fault->kills() ? ":signal=SIGKILL" : ":error=" + fault->error;
  const std::string call = fault->point.call;
  words.insert(words.end(),
               {"-e", "trace=" + call, "-e", "inject=" + call + what + ":when=" + std::to_string(fault->point.number)});
  return words;
}

Strings with(Strings words, const Strings& more) {
  words.insert(words.end(), more.begin(), more.end());
  return words;
}

Process started(const Strings& words) {
  const Fd nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  return {Program{.words = words}, nothing.get(), nothing.get(), nothing.get()};
}

/// Or was, and has met its fault already.
bool is_traced(pid_t pid) {
  const std::string status = read_file("/proc/" + std::to_string(pid) + "/status");
  return status.find("TracerPid:\t0\n") == std::string::npos || status.find("State:\tZ") != std::string::npos;
}

}  // namespace

void require_strace() {
  require(run({.words = {"sh", "-c", "command -v strace"}}).status == 0, "needs the program strace");
}

std::string Fault::text() const {
  const std::string where = point.call + " " + std::to_string(point.number);
  return kills() ? "killed at " + where : error + " from " + where;
}

std::vector<Point> points_of(const std::string& trace, const Part& part) {
  std::vector<Point> points;
  std::map<std::pair<std::string, std::string>, unsigned> numbers;  // by process: strace counts in each anew
  std::map<std::string, unsigned> before;  // so many of each would be met ahead of the part, by some process
  bool inside = part.begin.empty();
  std::istringstream lines(trace);
  for (std::string line; std::getline(lines, line);) {
    const std::string call = call_in(line);
    if (call.empty()) continue;
    const unsigned number = ++numbers[{line.substr(0, line.find(' ')), call}];
    inside = inside || line.find(part.begin) != std::string::npos;
    if (inside && !part.end.empty() && line.find(part.end) != std::string::npos) break;
    if (!inside) before[call] = std::max(before[call], number);
    const bool is_new = number > before[call] && std::ranges::find(points, Point{call, number}) == points.end();
    if (inside && is_new) points.push_back({call, number});
  }
  if (points.empty()) throw std::runtime_error("a trace tells of no system call: " + trace.substr(0, 1000));
  return points;
}

std::vector<Fault> kills_at(const std::vector<Point>& points) {
  std::vector<Fault> all;
  for (const Point& point : points) all.push_back({point, {}});
  return sample_of(std::move(all), 40);
}

std::vector<Fault> errors_at(const std::vector<Point>& points) {
  std::vector<Fault> all;
  for (const Point& point : points)
    for (const std::string_view error : errors) all.push_back({point, std::string(error)});
  return sample_of(std::move(all), 281);
}

// strace becomes a grandchild, so that whoever starts it has the program itself for a child.
Strings traced(const std::filesystem::path& trace, const std::optional<Fault>& fault) {
  return with(options_for(trace, fault), {"-D"});
}

bool was_reached(const std::filesystem::path& trace, const Fault& fault) {
  const std::string told = read_file(trace);
  return told.find(fault.kills() ? "+++ killed by SIGKILL" : "(INJECTED)") != std::string::npos;
}

Tracer::Tracer(pid_t pid, const std::filesystem::path& trace, const std::optional<Fault>& fault)
    : strace_(started(with(options_for(trace, fault), {"-p", std::to_string(pid)}))) {
  if (!eventually([&] { return is_traced(pid) || strace_.wait(std::chrono::milliseconds(0)); }) || !is_traced(pid))
    throw std::runtime_error("strace -p does not work here");
}

void Tracer::stop() {
  strace_.signal(SIGTERM);
  strace_.wait(std::chrono::seconds(30));
}

}  // namespace xdpfwd::harness
