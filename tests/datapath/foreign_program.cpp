#include "tests/datapath/foreign_program.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <linux/if_link.h>

#include <array>

#include "tests/datapath/must.h"

namespace xdpfwd {
namespace {

unsigned flag_of(bool native) { return native ? XDP_FLAGS_DRV_MODE : XDP_FLAGS_SKB_MODE; }

}  // namespace

Fd load_foreign_program(const std::string& name) {
  const std::array code{
      bpf_insn{.code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = XDP_PASS},
      bpf_insn{.code = BPF_JMP | BPF_EXIT, .dst_reg = 0, .src_reg = 0, .off = 0, .imm = 0}};
  // As libbpf has it for SEC("xdp"): a link takes only programs of one attach type.
  DECLARE_LIBBPF_OPTS(bpf_prog_load_opts, options, .expected_attach_type = BPF_XDP);
  Fd program(bpf_prog_load(BPF_PROG_TYPE_XDP, name.c_str(), "GPL", code.data(), code.size(), &options));
  must(program.get(), "load a foreign program");
  return program;
}

void put_on(unsigned index, const Fd& program, bool native) {
  must(bpf_xdp_attach(static_cast<int>(index), program.get(), flag_of(native), nullptr), "attach a foreign program");
}

void take_off(unsigned index, bool native) {
  must(bpf_xdp_detach(static_cast<int>(index), flag_of(native), nullptr), "detach a foreign program");
}

std::uint32_t id_of(const Fd& program) {
  bpf_prog_info info{};
  __u32 size = sizeof(info);
  must(bpf_obj_get_info_by_fd(program.get(), &info, &size), "read a program's id");
  return info.id;
}

std::uint32_t program_on(unsigned index) {
  __u32 id = 0;
  must(bpf_xdp_query_id(static_cast<int>(index), 0, &id), "ask what is on an interface");
  return id;
}

}  // namespace xdpfwd
