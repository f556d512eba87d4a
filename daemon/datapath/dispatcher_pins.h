// What libxdp pins of a dispatcher: a directory for each, dispatch-INTERFACE-PROGRAM, with the programs in it and their
// links. Without those links, the programs are not called. Who is killed while building one leaves it behind.
#pragma once

#include <cstdint>
#include <filesystem>
#include <span>
#include <vector>

#include "common/error.h"

namespace xdpfwd {

using PinDirectories = std::vector<std::filesystem::path>;

/// Somebody holds libxdp's lock, so nothing can be told or changed of a dispatcher. Code::refused.
struct LibxdpLocked : Error {
  using Error::Error;
};

std::filesystem::path dispatcher_pins(unsigned index, std::uint32_t dispatcher);
/// Those of an interface's dispatchers, in force or left behind. Other network namespaces may have the same index.
PinDirectories all_dispatcher_pins(unsigned index);
/// The interfaces with such pins, each once.
std::vector<unsigned> indexes_with_dispatchers();

/// Returns when nobody holds libxdp's lock, which libxdp itself would wait for without end, and with it the whole
/// daemon: whoever holds it may have been stopped. Throws LibxdpLocked naming the holder where it takes longer than 200
/// ms; a change of a dispatcher takes a tenth of that. libxdp takes it for reading as well, several times for a change:
/// who takes it in between and is stopped right then is waited for all the same.
void wait_for_libxdp_lock();

bool uses_map(int program, std::uint32_t map);
/// Whether a program with one of these maps is pinned for a dispatcher of the interface.
bool is_pinned_for(unsigned index, std::span<const std::uint32_t> maps);

/// Removes those of the directories that hold a program with this map, but for that of the dispatcher in force; and
/// where that one is newer than they are, those that hold any of the programs that it calls: what is left of one may be
/// others' programs alone. As well what libxdp leaves where it is killed while it holds its lock: directories with
/// nothing in them, and the link that it tries the kernel out with.
void remove_left_behind(const PinDirectories& directories, const std::filesystem::path& in_force, std::uint32_t map);

/// For an interface that is gone: removes what is pinned of programs with this map, and leaves other programs theirs.
void remove_pins_of_program(unsigned index, std::uint32_t map);

}  // namespace xdpfwd
