#include "tests/integration/foreign_program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>
#include <net/if.h>

#include <array>
#include <stdexcept>

namespace xdpfwd::harness {

ForeignProgram::ForeignProgram(const Network& network, const std::string& interface)
    : network_(network), interface_(interface) {
  const std::array<bpf_insn, 2> instructions{
      bpf_insn{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = XDP_PASS},
      bpf_insn{.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  program_ = Fd(bpf_prog_load(BPF_PROG_TYPE_XDP, "foreign", "GPL", instructions.data(), instructions.size(), nullptr));
  if (!program_) throw std::runtime_error("load a foreign program failed");
  set(program_.get());
}

std::uint32_t ForeignProgram::id() const {
  bpf_prog_info info{};
  __u32 size = sizeof(info);
  bpf_obj_get_info_by_fd(program_.get(), &info, &size);
  return info.id;
}

bool ForeignProgram::is_attached() const {
  return in_namespace(network_.guarded(), [&] {
    std::uint32_t attached = 0;
    bpf_xdp_query_id(static_cast<int>(if_nametoindex(interface_.c_str())), 0, &attached);
    return attached == id();
  });
}

void ForeignProgram::set(int program) const {
  const int result = in_namespace(network_.guarded(), [&] {
    return bpf_xdp_attach(static_cast<int>(if_nametoindex(interface_.c_str())), program, XDP_FLAGS_DRV_MODE, nullptr);
  });
  if (result != 0) throw std::runtime_error("attach a foreign program failed");
}

}  // namespace xdpfwd::harness
