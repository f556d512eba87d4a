#include "daemon/datapath/sharing.h"

#include <algorithm>

#include "daemon/datapath/dispatcher.h"
#include "daemon/datapath/dispatcher_attachment.h"

namespace xdpfwd {
namespace {

Attached attach_alone(const InterfaceSpec& spec, unsigned index, const Generation& generation,
                      const std::filesystem::path& pin) {
  Attached attached;
  attached.attachment = ExclusiveAttachment::attach(spec, index, generation.program(), pin, attached.no_native);
  return attached;
}

Attached join(const InterfaceSpec& spec, unsigned index, const Hook& hook, const Generation& generation) {
  Attached attached;
  attached.attachment = DispatcherAttachment::attach(spec, index, hook, generation, attached.no_native);
  return attached;
}

/// One of ours by itself and without a link is what libxdp falls back to, without a word. False where it is none.
bool take_off_leftover(const std::string& name, unsigned index) {
  const Hook hook = read_hook(name, index);
  if (hook.kind != Hook::Kind::single || hook.program.name != our_program_name) return false;
  take_off(name, index, hook.program);
  return true;
}

/// On an interface that is free.
Attached make_dispatcher(const InterfaceSpec& spec, unsigned index, const Generation& generation,
                         const std::filesystem::path& pin) {
  // libxdp would put it there without a dispatcher and say nothing, so it is not asked in vain.
  std::string reason = why_no_dispatcher();
  if (reason.empty()) {
    try {
      return join(spec, index, {}, generation);
    } catch (const Error& error) {
      reason = error.what();
      take_off_leftover(spec.name, index);
    }
  }
  Attached attached = attach_alone(spec, index, generation, pin);
  attached.no_dispatcher = reason;
  return attached;
}

bool is_free(unsigned index) {
  return std::ranges::all_of(attached_programs(index),
                             [](const AttachedProgram& one) { return one.mode == AttachMode::offload; });
}

Error not_shared(const std::string& interface, const Hook& hook) {
  const std::string reason = hook.kind == Hook::Kind::broken ? ", and its pins are gone" : ", and it is no dispatcher";
  return {Code::refused, foreign_program_error(interface, hook.program).what() + reason,
          "stop the service that put it there, or take it off with: ip link set dev " + interface +
              " xdp off; to share, both programs have to come through libxdp"};
}

}  // namespace

Attached attach_shared(const InterfaceSpec& spec, unsigned index, const Generation& generation,
                       const std::filesystem::path& pin) {
  const bool alone_if_free = spec.sharing == Sharing::automatic && is_free(index);
  if (spec.sharing == Sharing::exclusive || spec.mode == AttachMode::offload || alone_if_free)
    return attach_alone(spec, index, generation, pin);
  Hook hook = read_hook(spec.name, index);
  if (hook.kind == Hook::Kind::broken && !is_anything_linked_to(hook.program.id)) {
    take_off(spec.name, index, hook.program);
    hook = {};
  } else if (take_off_leftover(spec.name, index)) {
    hook = {};
  }
  switch (hook.kind) {
    case Hook::Kind::free:
      return spec.sharing == Sharing::dispatcher ? make_dispatcher(spec, index, generation, pin)
                                                 : attach_alone(spec, index, generation, pin);
    case Hook::Kind::dispatcher:
      return join(spec, index, hook, generation);
    default:
      throw not_shared(spec.name, hook);
  }
}

}  // namespace xdpfwd
