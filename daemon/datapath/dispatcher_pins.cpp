#include "daemon/datapath/dispatcher_pins.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <set>
#include <span>
#include <string>
#include <thread>

#include "daemon/datapath/fd.h"
#include "daemon/lock/lock.h"

namespace xdpfwd {
namespace {

namespace fs = std::filesystem;

/// Where libxdp has them, which goes by the same variable.
fs::path directory() {
  const char* elsewhere = secure_getenv("LIBXDP_BPFFS");
  return fs::path(elsewhere == nullptr ? "/sys/fs/bpf" : elsewhere) / "xdp";
}

void for_each_pin(const fs::path& place, const std::function<void(const fs::path&)>& function) {
  std::error_code none;
  PinDirectories pins;
  for (const auto& item : fs::directory_iterator(place, none)) pins.push_back(item.path());
  std::ranges::for_each(pins, function);
}

/// The interface of such a directory; 0 where it is none.
unsigned index_of(const fs::path& pins) {
  unsigned index = 0;
  unsigned program = 0;
  return std::sscanf(pins.filename().c_str(), "dispatch-%u-%u", &index, &program) == 2 ? index : 0;
}

/// `.../prog0-prog`, or what `.../prog0-link` makes a dispatcher call: one is there without the other where who pinned
/// or unpinned them was killed.
Fd program_of(const fs::path& pin) {
  Fd object(bpf_obj_get(pin.c_str()));
  if (!pin.filename().string().ends_with("-link")) return object;
  bpf_link_info info{};
  __u32 size = sizeof(info);
  const bool is_link = object && bpf_obj_get_info_by_fd(object.get(), &info, &size) == 0;
  return is_link ? Fd(bpf_prog_get_fd_by_id(info.prog_id)) : Fd();
}

PinDirectories pins_of(const fs::path& pins, std::uint32_t map) {
  PinDirectories found;
  for_each_pin(pins, [&](const fs::path& pin) {
    const Fd program = program_of(pin);
    if (program && uses_map(program.get(), map)) found.push_back(pin);
  });
  return found;
}

std::set<std::uint32_t> programs_in(const fs::path& pins) {
  std::set<std::uint32_t> found;
  for_each_pin(pins, [&](const fs::path& pin) {
    const Fd program = program_of(pin);
    bpf_prog_info info{};
    __u32 size = sizeof(info);
    if (program && bpf_obj_get_info_by_fd(program.get(), &info, &size) == 0) found.insert(info.id);
  });
  return found;
}

bool have_any_in_common(const std::set<std::uint32_t>& some, const std::set<std::uint32_t>& others) {
  return std::ranges::any_of(some, [&](std::uint32_t one) { return others.contains(one); });
}

void remove_all_of(const fs::path& pins) {
  std::error_code ignored;
  for_each_pin(pins, [&](const fs::path& pin) { fs::remove(pin, ignored); });
  fs::remove(pins, ignored);
}

Fd open_directory() { return Fd(open(directory().c_str(), O_DIRECTORY | O_CLOEXEC)); }

/// libxdp has the link that it tries the kernel out with, and directories with nothing in them, only while it holds
/// this lock.
void remove_passing(const PinDirectories& directories) {
  const Fd lock = open_directory();
  if (!lock || flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return;
  for (const fs::path& pins : directories) rmdir(pins.c_str());  // unless something is in it
  for_each_pin(directory(), [](const fs::path& pin) {
    std::error_code ignored;
    if (pin.filename().string().starts_with("prog-test-link-")) fs::remove(pin, ignored);
  });
}

}  // namespace

fs::path dispatcher_pins(unsigned index, std::uint32_t dispatcher) {
  return directory() / ("dispatch-" + std::to_string(index) + "-" + std::to_string(dispatcher));
}

PinDirectories all_dispatcher_pins(unsigned index) {
  PinDirectories found;
  for_each_pin(directory(), [&](const fs::path& pins) {
    if (index_of(pins) == index) found.push_back(pins);
  });
  return found;
}

std::vector<unsigned> indexes_with_dispatchers() {
  std::vector<unsigned> found;
  for_each_pin(directory(), [&](const fs::path& pins) {
    if (const unsigned index = index_of(pins); index != 0) found.push_back(index);
  });
  std::ranges::sort(found);
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

void wait_for_libxdp_lock() {
  using namespace std::chrono_literals;
  using Clock = std::chrono::steady_clock;
  static Clock::time_point held_at{};  // who has just been waited for in vain is not at each check of an interface
  const Fd lock = open_directory();
  const auto begin = Clock::now();
  const auto until = begin - held_at < 1s ? begin : begin + 200ms;
  while (lock && flock(lock.get(), LOCK_EX | LOCK_NB) != 0 && errno == EWOULDBLOCK) {
    if (Clock::now() >= until) {
      held_at = Clock::now();
      const std::string holder = lock_holder(directory()).value_or("another process");
      throw LibxdpLocked(Code::refused, "lock " + directory().string() + " for a dispatcher: " + holder + " holds it",
                         "let it end, or end it");
    }
    std::this_thread::sleep_for(5ms);
  }
}

bool uses_map(int program, std::uint32_t map) {
  std::array<std::uint32_t, 64> used{};
  bpf_prog_info info{};
  info.nr_map_ids = used.size();
  info.map_ids = reinterpret_cast<std::uintptr_t>(used.data());
  __u32 size = sizeof(info);
  if (bpf_obj_get_info_by_fd(program, &info, &size) != 0) return false;
  const auto all = std::span(used).first(std::min<std::size_t>(info.nr_map_ids, used.size()));
  return std::ranges::find(all, map) != all.end();
}

bool is_pinned_for(unsigned index, std::span<const std::uint32_t> maps) {
  const PinDirectories directories = all_dispatcher_pins(index);
  return std::ranges::any_of(directories, [&](const fs::path& pins) {
    return std::ranges::any_of(maps, [&](std::uint32_t map) { return !pins_of(pins, map).empty(); });
  });
}

void remove_left_behind(const PinDirectories& directories, const fs::path& in_force, std::uint32_t map) {
  // One that was there before may be just being built by somebody else, with the same programs.
  const bool is_new = std::ranges::find(directories, in_force) == directories.end();
  const std::set<std::uint32_t> called = is_new ? programs_in(in_force) : std::set<std::uint32_t>();
  for (const fs::path& pins : directories) {
    if (pins == in_force) continue;
    if (!pins_of(pins, map).empty() || have_any_in_common(called, programs_in(pins))) remove_all_of(pins);
  }
  remove_passing(directories);
}

void remove_pins_of_program(unsigned index, std::uint32_t map) {
  std::error_code ignored;
  for (const fs::path& pins : all_dispatcher_pins(index)) {
    for (const fs::path& pin : pins_of(pins, map)) fs::remove(pin, ignored);
    fs::remove(pins, ignored);  // unless something of others is in it
  }
}

}  // namespace xdpfwd
