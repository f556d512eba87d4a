#include "daemon/datapath/dispatcher_pins.h"

#include <bpf/bpf.h>
#include <fcntl.h>
#include <sys/file.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <span>
#include <string>

#include "daemon/datapath/fd.h"

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

/// As `.../prog0-prog`, of which `.../prog0-link` is the link.
PinDirectories programs_with(const fs::path& pins, std::uint32_t map) {
  PinDirectories found;
  for_each_pin(pins, [&](const fs::path& pin) {
    if (!pin.filename().string().ends_with("-prog")) return;
    const Fd program(bpf_obj_get(pin.c_str()));
    if (program && uses_map(program.get(), map)) found.push_back(pin);
  });
  return found;
}

void remove_all_of(const fs::path& pins) {
  std::error_code ignored;
  for_each_pin(pins, [&](const fs::path& pin) { fs::remove(pin, ignored); });
  fs::remove(pins, ignored);
}

/// libxdp has it only while it holds this lock.
void remove_trial_link() {
  const Fd lock(open(directory().c_str(), O_DIRECTORY | O_CLOEXEC));
  if (!lock || flock(lock.get(), LOCK_EX | LOCK_NB) != 0) return;
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
  const auto same = std::ranges::unique(found);
  found.erase(same.begin(), same.end());
  return found;
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

void remove_left_behind(const PinDirectories& directories, const fs::path& in_force, std::uint32_t map) {
  for (const fs::path& pins : directories)
    if (pins != in_force && !programs_with(pins, map).empty()) remove_all_of(pins);
  remove_trial_link();
}

void remove_pins_of_program(unsigned index, std::uint32_t map) {
  std::error_code ignored;
  for (const fs::path& pins : all_dispatcher_pins(index)) {
    for (const fs::path& program : programs_with(pins, map)) {
      std::string name = program.filename();
      name.replace(name.rfind("prog"), 4, "link");
      fs::remove(pins / name, ignored);
      fs::remove(program, ignored);
    }
    fs::remove(pins, ignored);  // unless something of others is in it
  }
}

}  // namespace xdpfwd
