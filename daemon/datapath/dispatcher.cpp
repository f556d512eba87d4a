#include "daemon/datapath/dispatcher.h"

#include <bpf/bpf.h>
#include <linux/if_link.h>
#include <xdp/libxdp.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>

#include "common/error.h"
#include "daemon/datapath/bpf_log.h"
#include "daemon/datapath/dispatcher_pins.h"
#include "daemon/datapath/left_open.h"

namespace xdpfwd {
namespace {

struct Close {
  void operator()(xdp_multiprog* programs) const { xdp_multiprog__close(programs); }
  void operator()(xdp_program* program) const { xdp_program__close(program); }
};
using Multiprog = std::unique_ptr<xdp_multiprog, Close>;
using Program = std::unique_ptr<xdp_program, Close>;

xdp_attach_mode libxdp_mode(AttachMode mode) { return mode == AttachMode::generic ? XDP_MODE_SKB : XDP_MODE_NATIVE; }

Error dispatcher_error(const std::string& action, const std::string& interface, long reason) {
  std::array<char, 256> text{};
  libxdp_strerror(static_cast<int>(reason), text.data(), text.size());
  const std::string said = take_bpf_log();
  return {Code::unsupported, action + " " + interface + " through a dispatcher: " + text.data(),
          (said.empty() ? "" : "libxdp said: " + said + "; ") + std::string("see: xdpfwctl doctor")};
}

Multiprog read(const std::string& interface, unsigned index) {
  wait_for_libxdp_lock();
  take_bpf_log();
  xdp_multiprog* programs = xdp_multiprog__get_from_ifindex(static_cast<int>(index));
  if (const long failure = libxdp_get_error(programs); failure != 0)
    throw dispatcher_error("read what is on", interface, failure);
  return Multiprog(programs);
}

DispatchedProgram described(const xdp_program* program) {
  const std::string name = xdp_program__name(program);
  return {xdp_program__id(program), name, xdp_program__run_prio(program), name == our_program_name};
}

std::vector<xdp_program*> in(const Multiprog& programs) {
  std::vector<xdp_program*> all;
  for (xdp_program* one = nullptr; (one = xdp_multiprog__next_prog(one, programs.get())) != nullptr;)
    all.push_back(one);
  return all;
}

Error unreadable(const std::string& interface, const AttachedProgram& program) {
  return {Code::refused, foreign_program_error(interface, program).what(),
          "where it is libxdp's dispatcher, it takes CAP_SYS_ADMIN to share it: docs/config.md tells how, at sharing; "
          "else stop the service that put it there, or take it off with: ip link set dev " +
              interface + " xdp off"};
}

}  // namespace

std::string described(const std::vector<DispatchedProgram>& programs) {
  std::string text;
  for (const DispatchedProgram& one : programs)
    text += (text.empty() ? "" : ", ") + one.name + " (" + std::to_string(one.priority) + ")";
  return text;
}

std::string why_no_dispatcher() {
  capture_bpf_log();
  xdp_program* object = xdp_program__find_file("xdp-dispatcher.o", nullptr, nullptr);
  if (libxdp_get_error(object) != 0) return "find libxdp's xdp-dispatcher.o: No such file or directory";
  xdp_program__close(object);
  return Generation::why_no_extension();
}

Hook read_hook(const std::string& interface, unsigned index) {
  std::vector<AttachedProgram> attached = attached_programs(index);
  std::erase_if(attached, [](const AttachedProgram& one) { return one.mode == AttachMode::offload; });
  if (attached.empty()) return {};
  Hook hook{.program = attached.front()};
  if (hook.program.name.empty()) throw unreadable(interface, hook.program);
  const LeftOpen left_open;
  const Multiprog programs = read(interface, index);
  const xdp_program* main = xdp_multiprog__main_prog(programs.get());
  hook.program.id = xdp_program__id(main);  // which may have changed meanwhile
  hook.program.name = xdp_program__name(main);
  if (!xdp_multiprog__is_legacy(programs.get()))
    hook.kind = Hook::Kind::dispatcher;
  else
    hook.kind = hook.program.name == dispatcher_name ? Hook::Kind::broken : Hook::Kind::single;
  for (const xdp_program* one : in(programs)) hook.dispatched.push_back(described(one));
  return hook;
}

std::uint32_t add_to_dispatcher(const Generation& generation, const std::string& interface, unsigned index,
                                AttachMode mode, std::uint32_t priority) {
  wait_for_libxdp_lock();
  const LeftOpen left_open;
  take_bpf_log();
  const BpfObject object = open_again(generation.objects());
  xdp_program* opened = xdp_program__from_bpf_obj(object.get(), "xdp.frags");
  if (const long failure = libxdp_get_error(opened); failure != 0) throw dispatcher_error("attach", interface, failure);
  const Program program(opened);
  xdp_program__set_run_prio(opened, priority);
  xdp_program__set_xdp_frags_support(opened, true);
  // What passes goes on to the next program; what is dropped does not.
  for (const auto action : {XDP_ABORTED, XDP_DROP, XDP_PASS, XDP_TX, XDP_REDIRECT})
    xdp_program__set_chain_call_enabled(opened, action, action == XDP_PASS);
  const int result = xdp_program__attach(opened, static_cast<int>(index), libxdp_mode(mode), 0);
  if (result != 0) throw dispatcher_error("attach", interface, result);
  return xdp_program__id(opened);
}

void take_from_dispatcher(const std::string& interface, unsigned index,
                          const std::function<bool(const DispatchedProgram&)>& which) {
  const LeftOpen left_open;
  const Multiprog programs = read(interface, index);
  std::vector<xdp_program*> chosen = in(programs);
  std::erase_if(chosen, [&](const xdp_program* one) { return !which(described(one)); });
  if (chosen.empty()) return;
  const int result =
      xdp_program__detach_multi(chosen.data(), chosen.size(), static_cast<int>(index), XDP_MODE_UNSPEC, 0);
  if (result != 0) throw dispatcher_error("detach", interface, result);
}

void take_off(const std::string& interface, unsigned index, const AttachedProgram& program) {
  const Fd present(bpf_prog_get_fd_by_id(program.id));
  DECLARE_LIBBPF_OPTS(bpf_xdp_attach_opts, options, .old_prog_fd = present.get());
  const unsigned mode = program.mode == AttachMode::generic ? XDP_FLAGS_SKB_MODE : XDP_FLAGS_DRV_MODE;
  const int result = present ? bpf_xdp_detach(static_cast<int>(index), mode, &options) : -errno;
  if (result != 0) throw system_error("take " + described(program) + " off " + interface, -result);
}

bool is_anything_linked_to(std::uint32_t dispatcher) {
  for (__u32 id = 0; bpf_link_get_next_id(id, &id) == 0;) {
    const Fd link(bpf_link_get_fd_by_id(id));
    bpf_link_info info{};
    __u32 size = sizeof(info);
    if (!link || bpf_obj_get_info_by_fd(link.get(), &info, &size) != 0) continue;
    if (info.type == BPF_LINK_TYPE_TRACING && info.tracing.target_obj_id == dispatcher) return true;
  }
  return false;
}

}  // namespace xdpfwd
