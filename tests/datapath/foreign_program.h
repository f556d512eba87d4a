// An XDP program that is not ours, as another tool may have put on an interface: it passes everything.
#pragma once

#include <cstdint>
#include <string>

#include "daemon/datapath/fd.h"

namespace xdpfwd {

Fd load_foreign_program(const std::string& name);

/// Puts it there as `ip link set dev ... xdp` does, native or generic, and takes it off again.
void put_on(unsigned index, const Fd& program, bool native);
void take_off(unsigned index, bool native);

std::uint32_t id_of(const Fd& program);
/// What the kernel says is in force there, in any mode; 0 where there is nothing.
std::uint32_t program_on(unsigned index);

}  // namespace xdpfwd
