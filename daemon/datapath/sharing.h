// How an interface comes to its attachment: alone or in a dispatcher, by what is wanted and what is there.
#pragma once

#include <filesystem>
#include <memory>
#include <string>

#include "daemon/datapath/attachment.h"
#include "daemon/datapath/generation.h"
#include "daemon/datapath/interface_spec.h"

namespace xdpfwd {

struct Attached {
  std::unique_ptr<Attachment> attachment;
  std::string no_native = {};      // why it is in generic mode, where native was to be tried
  std::string no_dispatcher = {};  // why it is exclusive, where a dispatcher was wanted
};

/// Attaches as the spec wants it. Where a dispatcher is wanted and cannot be had on an interface that is free, the
/// program has it to itself, since a filter alone is better than none. Throws Error: another program that is no
/// dispatcher is there and stays, or the mode is not to be had. `pin` is for a link.
Attached attach_shared(const InterfaceSpec& spec, unsigned index, const Generation& generation,
                       const std::filesystem::path& pin);

}  // namespace xdpfwd
