// Which XDP programs are on an interface, ours or anybody's.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "common/error.h"
#include "daemon/datapath/interface_spec.h"

namespace xdpfwd {

/// That of libxdp, which calls other programs.
inline constexpr const char* dispatcher_name = "xdp_dispatcher";

struct AttachedProgram {
  std::uint32_t id = 0;
  AttachMode mode = AttachMode::native;  // never `automatic`
  std::string name = {};                 // empty without CAP_SYS_ADMIN, which the service does not have
};

/// Those on the interface with this index: one, or one in the card and one beside it. Empty where the kernel does not
/// tell.
std::vector<AttachedProgram> attached_programs(unsigned index);

/// What the link of an interface is pinned as. The kernel keeps names with a dot in bpffs for itself, and VLAN interfaces
/// have one in theirs; a colon none has.
std::string pin_name(std::string interface);
std::string interface_of_pin(const std::filesystem::path& pin);

/// The id of the program behind a link that is pinned; 0 where there is no such pin, nothing where that cannot be told:
/// the caller may not look, or has no bpf file system there, as in another mount namespace than the daemon's.
std::optional<std::uint32_t> pinned_program(const std::filesystem::path& pin);

/// `"name" (id 42, native)`
std::string described(const AttachedProgram& program);

/// What to say (refused) where that program, which is not ours, keeps ours off the interface.
Error foreign_program_error(const std::string& interface, const AttachedProgram& program);

}  // namespace xdpfwd
