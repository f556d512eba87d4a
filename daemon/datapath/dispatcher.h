// libxdp's dispatcher: an XDP program that calls others in turn, so that several share an interface. Whoever adds
// or takes away a program builds a new dispatcher with all that shall be in it, and puts it in the place of the
// old one in one atomic step.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "daemon/datapath/attached_program.h"
#include "daemon/datapath/generation.h"

namespace xdpfwd {

inline constexpr const char* our_program_name = "xdpfwd";
/// A dispatcher calls no more. One of the places is for the next generation to come in before the present one goes.
inline constexpr std::size_t most_dispatched = 10;

struct DispatchedProgram {
  std::uint32_t id = 0;
  std::string name;
  std::uint32_t priority = 0;
  bool is_ours = false;  // by its name: an interface is filtered by one xdpfwd
};

/// What is on an interface, besides what runs in the card itself.
struct Hook {
  enum class Kind : std::uint8_t {
    free,
    single,      // a program that is no dispatcher
    dispatcher,  // one that libxdp can read
    broken,      // one whose pins are gone, and with them the programs that it called, unless somebody holds them
  };

  Kind kind = Kind::free;
  AttachedProgram program = {};                    // what is attached itself, unless it is free
  std::vector<DispatchedProgram> dispatched = {};  // in the order in which they run
};

/// Why no dispatcher can be had on this host, by this caller, whatever is on its interfaces; empty where one can.
std::string why_no_dispatcher();

/// `xdpfwd (5), xdpfilt_alw_ip (10)`
std::string described(const std::vector<DispatchedProgram>& programs);

/// Throws Error where that cannot be told: going by ids takes CAP_SYS_ADMIN.
Hook read_hook(const std::string& interface, unsigned index);

/// Adds the generation's program to the dispatcher there, or makes one where the interface is free. The program's id.
/// Throws Error, with what libxdp said.
std::uint32_t add_to_dispatcher(const Generation& generation, const std::string& interface, unsigned index,
                                AttachMode mode, std::uint32_t priority);

/// Takes those programs out of the dispatcher, and that off where no other is in it. Throws Error.
void take_from_dispatcher(const std::string& interface, unsigned index,
                          const std::function<bool(const DispatchedProgram&)>& which);

/// Takes off what is attached itself, unless it is another one by now. Throws Error.
void take_off(const std::string& interface, unsigned index, const AttachedProgram& program);

/// True where a program still runs in the dispatcher with this id, since somebody holds its link.
bool is_anything_linked_to(std::uint32_t dispatcher);

}  // namespace xdpfwd
