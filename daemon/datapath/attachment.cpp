#include "daemon/datapath/attachment.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>
#include <vector>

#include "common/error.h"
#include "daemon/datapath/attached_program.h"
#include "daemon/datapath/generation.h"

namespace xdpfwd {
namespace {

unsigned flags_of(AttachMode mode) {
  switch (mode) {
    case AttachMode::generic:
      return XDP_FLAGS_SKB_MODE;
    case AttachMode::offload:
      return XDP_FLAGS_HW_MODE;
    default:
      return XDP_FLAGS_DRV_MODE;
  }
}

AttachMode mode_of(unsigned index, std::uint32_t program_id) {
  const std::vector<AttachedProgram> programs = attached_programs(index);
  const auto found = std::ranges::find(programs, program_id, &AttachedProgram::id);
  return found == programs.end() ? AttachMode::native : found->mode;
}

std::optional<bpf_link_info> info_of(int link) {
  bpf_link_info info{};
  __u32 size = sizeof(info);
  if (bpf_obj_get_info_by_fd(link, &info, &size) != 0) return std::nullopt;
  return info;
}

Error cannot_attach(const InterfaceSpec& spec, unsigned index, AttachMode mode, int reason) {
  const std::string action = "attach " + spec.name;
  if (reason == EBUSY || reason == EEXIST) {
    const std::vector<AttachedProgram> programs = attached_programs(index);
    return foreign_program_error(spec.name, programs.empty() ? AttachedProgram{} : programs.front());
  }
  if (reason == EPERM)
    return system_error(action, reason, "the daemon needs root, or CAP_BPF and CAP_NET_ADMIN", Code::unsupported);
  const std::string hint = mode == AttachMode::generic
                               ? "the journal of the kernel (dmesg) may say more, and so may: xdpfwctl doctor"
                               : "this driver does not take the program in " + std::string(to_string(mode)) +
                                     " mode; use \"mode\": \"auto\" or \"generic\", or see: xdpfwctl doctor";
  return system_error(action + " in " + std::string(to_string(mode)) + " mode", reason, hint, Code::unsupported);
}

/// True where generic mode may do what native mode would not: neither a foreign program nor missing rights.
bool generic_may_help(int reason) { return reason != EBUSY && reason != EEXIST && reason != EPERM && reason != ENODEV; }

}  // namespace

std::unique_ptr<Attachment> ExclusiveAttachment::attach(const InterfaceSpec& spec, unsigned index, int program,
                                                        const std::filesystem::path& pin, std::string& fallback) {
  const auto create = [&](AttachMode mode) {
    DECLARE_LIBBPF_OPTS(bpf_link_create_opts, options, .flags = flags_of(mode));
    return Fd(bpf_link_create(program, static_cast<int>(index), BPF_XDP, &options));
  };
  AttachMode mode = spec.mode == AttachMode::automatic ? AttachMode::native : spec.mode;
  Fd link = create(mode);
  if (!link && spec.mode == AttachMode::automatic && generic_may_help(errno)) {
    fallback = std::strerror(errno);
    mode = AttachMode::generic;
    link = create(mode);
  }
  if (!link) throw cannot_attach(spec, index, mode, errno);
  std::error_code ignored;
  std::filesystem::remove(pin, ignored);  // of a link whose interface is gone
  bpf_obj_pin(link.get(), pin.c_str());
  return std::unique_ptr<Attachment>(new ExclusiveAttachment(std::move(link), index, mode, pin));
}

std::unique_ptr<Attachment> ExclusiveAttachment::adopt(const std::filesystem::path& pin) {
  Fd link(bpf_obj_get(pin.c_str()));
  if (!link) return nullptr;
  const std::optional<bpf_link_info> info = info_of(link.get());
  if (!info || info->type != BPF_LINK_TYPE_XDP) return nullptr;
  if (info->xdp.ifindex == 0) {
    std::error_code ignored;
    std::filesystem::remove(pin, ignored);
    return nullptr;
  }
  const AttachMode mode = mode_of(info->xdp.ifindex, info->prog_id);
  return std::unique_ptr<Attachment>(new ExclusiveAttachment(std::move(link), info->xdp.ifindex, mode, pin));
}

void ExclusiveAttachment::replace(const Generation& next, std::uint32_t) {
  if (bpf_link_update(link_.get(), next.program(), nullptr) != 0)
    throw system_error("replace the program behind " + pin_.string(), errno);
}

bool ExclusiveAttachment::in_force(const Generation& generation) {
  const std::optional<bpf_link_info> info = info_of(link_.get());
  if (!info || info->xdp.ifindex == 0 || info->prog_id != generation.program_id()) return false;
  index_ = info->xdp.ifindex;
  return true;
}

bool ExclusiveAttachment::is_pinned() const { return access(pin_.c_str(), F_OK) == 0; }

void ExclusiveAttachment::pin() {
  if (bpf_obj_pin(link_.get(), pin_.c_str()) != 0) throw system_error("pin " + pin_.string(), errno);
}

/// Where that fails, it is pinned again by whoever looks whether it is.
void ExclusiveAttachment::rename(const std::string&, const std::filesystem::path& pin) {
  std::error_code ignored;
  std::filesystem::rename(pin_, pin, ignored);
  pin_ = pin;
}

void ExclusiveAttachment::remove() {
  if (bpf_link_detach(link_.get()) != 0) throw system_error("detach the link " + pin_.string(), errno);
  std::error_code ignored;
  std::filesystem::remove(pin_, ignored);  // which leads to nothing now
}

}  // namespace xdpfwd
