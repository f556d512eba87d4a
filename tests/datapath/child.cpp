#include "tests/datapath/child.h"

#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <stdexcept>
#include <utility>

#include "common/error.h"
#include "daemon/datapath/fd.h"
#include "tests/datapath/must.h"

namespace xdpfwd {
namespace {

std::string what_is_thrown_by(const std::function<void()>& function) {
  try {
    function();
    return {};
  } catch (const Error& error) {
    return error.what() + (error.hint().empty() ? "" : " (" + error.hint() + ")");
  } catch (const std::exception& error) {
    return error.what();
  } catch (...) {
    return "something that is no exception";
  }
}

std::string read_all(const Fd& pipe) {
  std::string text;
  std::array<char, 4096> buffer{};
  for (ssize_t size; (size = read(pipe.get(), buffer.data(), buffer.size())) > 0;)
    text.append(buffer.data(), static_cast<std::size_t>(size));
  return text;
}

}  // namespace

std::string run_in_child(const std::function<void()>& function) {
  int ends[2];
  must(pipe(ends), "make a pipe");
  Fd reader(ends[0]);
  Fd writer(ends[1]);
  const pid_t child = fork();
  must(child, "fork");
  if (child == 0) {
    const std::string thrown = what_is_thrown_by(function);
    const bool told = write(writer.get(), thrown.data(), thrown.size()) == static_cast<ssize_t>(thrown.size());
    _exit(told && thrown.empty() ? 0 : 1);
  }
  { const Fd closed = std::move(writer); }  // so that reading ends with the child
  std::string thrown = read_all(reader);
  int status = 0;
  must(waitpid(child, &status, 0), "wait for a child");
  if (WIFSIGNALED(status)) thrown += "ended by signal " + std::to_string(WTERMSIG(status));
  return thrown;
}

void expect(bool condition, std::string_view what) {
  if (!condition) throw std::runtime_error("not so: " + std::string(what));
}

void keep_capabilities(std::initializer_list<int> kept) {
  std::array<__user_cap_data_struct, _LINUX_CAPABILITY_U32S_3> sets{};
  for (int capability = 0; prctl(PR_CAPBSET_READ, capability) >= 0; ++capability) {
    if (std::ranges::find(kept, capability) == kept.end()) {
      must(prctl(PR_CAPBSET_DROP, capability), "leave the bounding set");
    } else {
      const auto index = static_cast<std::size_t>(CAP_TO_INDEX(capability));
      sets[index].effective |= CAP_TO_MASK(static_cast<unsigned>(capability));
      sets[index].permitted |= CAP_TO_MASK(static_cast<unsigned>(capability));
    }
  }
  __user_cap_header_struct header{.version = _LINUX_CAPABILITY_VERSION_3, .pid = 0};
  must(static_cast<int>(syscall(SYS_capset, &header, sets.data())), "give capabilities up");
}

}  // namespace xdpfwd
