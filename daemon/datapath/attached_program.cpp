#include "daemon/datapath/attached_program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/magic.h>
#include <sys/vfs.h>

#include <algorithm>
#include <cerrno>

#include "daemon/datapath/fd.h"

namespace xdpfwd {
namespace {

std::string name_of(std::uint32_t id) {
  const Fd program(bpf_prog_get_fd_by_id(id));
  bpf_prog_info info{};
  __u32 size = sizeof(info);
  if (!program || bpf_obj_get_info_by_fd(program.get(), &info, &size) != 0) return {};
  return info.name;
}

bool is_on_bpffs(std::filesystem::path place) {
  struct statfs file_system {};
  while (statfs(place.c_str(), &file_system) != 0) {
    if (errno != ENOENT || !place.has_relative_path()) return false;
    place = place.parent_path();
  }
  return file_system.f_type == BPF_FS_MAGIC;
}

}  // namespace

std::string described(const AttachedProgram& program) {
  return (program.name.empty() ? "" : "\"" + program.name + "\" ") + "(id " + std::to_string(program.id) + ", " +
         std::string(to_string(program.mode)) + ")";
}

std::vector<AttachedProgram> attached_programs(unsigned index) {
  bpf_xdp_query_opts answer{};
  answer.sz = sizeof(answer);
  if (bpf_xdp_query(static_cast<int>(index), 0, &answer) != 0) return {};
  // The mode in an answer is not numbered like the flag in a request, so the ids by mode are what can be trusted.
  std::vector<AttachedProgram> programs;
  const auto add = [&](std::uint32_t id, AttachMode mode) {
    if (id != 0) programs.push_back({id, mode, name_of(id)});
  };
  add(answer.hw_prog_id, AttachMode::offload);
  add(answer.skb_prog_id, AttachMode::generic);
  add(answer.drv_prog_id, AttachMode::native);
  return programs;
}

std::string pin_name(std::string interface) {
  std::ranges::replace(interface, '.', ':');
  return interface;
}

std::string interface_of_pin(const std::filesystem::path& pin) {
  std::string name = pin.filename();
  std::ranges::replace(name, ':', '.');
  return name;
}

std::optional<std::uint32_t> pinned_program(const std::filesystem::path& pin) {
  const Fd link(bpf_obj_get(pin.c_str()));
  if (!link && errno == ENOENT && is_on_bpffs(pin)) return 0;
  if (!link) return std::nullopt;
  bpf_link_info info{};
  __u32 size = sizeof(info);
  if (bpf_obj_get_info_by_fd(link.get(), &info, &size) != 0) return std::nullopt;
  return info.type == BPF_LINK_TYPE_XDP ? info.prog_id : 0;
}

Error foreign_program_error(const std::string& interface, const AttachedProgram& program) {
  const std::string sharing =
      program.name == dispatcher_name ? R"(share it, with "sharing": "auto" in the config file; or )" : "";
  return {
      Code::refused, "attach " + interface + ": another XDP program is there: " + described(program),
      sharing + "stop the service that put it there, or take it off with: ip link set dev " + interface + " xdp off"};
}

}  // namespace xdpfwd
