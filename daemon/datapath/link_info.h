// What the kernel tells of a network interface.
#pragma once

#include <string>
#include <vector>

#include "common/error.h"

namespace xdpfwd {

/// The program reads an Ethernet header first. Where there is none, it would take a part of an address for the
/// EtherType and let everything pass. Of an interface that is gone, it is false. Throws Error.
bool lacks_ethernet(unsigned index);

/// What to say (refused) of an interface that lacks it.
Error no_ethernet_error(const std::string& interface);

/// The interfaces that are parts of this one, as a bond's. A driver that hands its program on to them runs it with
/// their index. Throws Error.
std::vector<unsigned> ports_of(unsigned index);

}  // namespace xdpfwd
