#include "daemon/datapath/dispatcher_attachment.h"

#include <bpf/bpf.h>
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <array>

#include "common/error.h"

namespace xdpfwd {
namespace {

bool contains(const Hook& hook, std::uint32_t program) {
  return std::ranges::find(hook.dispatched, program, &DispatchedProgram::id) != hook.dispatched.end();
}

bool is_attached(unsigned index, std::uint32_t program) {
  const std::vector<AttachedProgram> programs = attached_programs(index);
  return std::ranges::find(programs, program, &AttachedProgram::id) != programs.end();
}

bool has_dispatcher(unsigned index) {
  return std::ranges::any_of(attached_programs(index),
                             [](const AttachedProgram& program) { return program.name == dispatcher_name; });
}

}  // namespace

std::unique_ptr<Attachment> DispatcherAttachment::attach(const InterfaceSpec& spec, unsigned index, const Hook& hook,
                                                         const Generation& generation, std::string& fallback) {
  const bool is_there = hook.kind == Hook::Kind::dispatcher;
  const AttachMode wanted = spec.mode == AttachMode::automatic ? AttachMode::native : spec.mode;
  const auto join = [&](AttachMode mode) {
    std::unique_ptr<DispatcherAttachment> attachment(new DispatcherAttachment(spec.name, index, mode));
    attachment->replace(generation, spec.priority);
    return attachment;
  };
  try {
    return join(is_there ? hook.program.mode : wanted);
  } catch (const LibxdpLocked&) {
    throw;
  } catch (const Error& error) {
    if (is_there || spec.mode != AttachMode::automatic) throw;
    fallback = error.what();
    return join(AttachMode::generic);
  }
}

std::unique_ptr<Attachment> DispatcherAttachment::adopt(const std::string& name, unsigned index,
                                                        std::span<const std::uint32_t> maps) {
  const Hook hook = read_hook(name, index);
  for (const DispatchedProgram& program : hook.dispatched) {
    const Fd fd(bpf_prog_get_fd_by_id(program.id));
    const auto used = std::ranges::find_if(maps, [&](std::uint32_t map) { return uses_map(fd.get(), map); });
    if (!program.is_ours || used == maps.end()) continue;
    std::unique_ptr<DispatcherAttachment> attachment(new DispatcherAttachment(name, index, hook.program.mode));
    attachment->program_ = program.id;
    attachment->priority_ = program.priority;
    attachment->map_ = *used;
    return attachment;
  }
  for (const std::uint32_t map : maps) remove_left_behind(all_dispatcher_pins(index), {}, map);
  return nullptr;
}

void DispatcherAttachment::replace(const Generation& next, std::uint32_t priority) {
  const PinDirectories before = all_dispatcher_pins(index_);
  const Hook hook = read_hook(name_, index_);
  if (hook.dispatched.size() >= most_dispatched)
    throw Error(Code::refused,
                "attach " + name_ + ": its dispatcher is full, with " + std::to_string(most_dispatched) + " programs",
                "one place has to be free, for the program to be replaced: take one out with xdp-loader unload");
  program_ = add_to_dispatcher(next, name_, index_, mode_, priority);
  priority_ = priority;
  map_ = next.statistics_map();
  if (!look())
    throw Error(Code::unsupported, "attach " + name_ + " through a dispatcher: the program is not in it",
                "xdp-loader status shows what is there; see: xdpfwctl doctor");
  // Whoever began before the dispatcher changed finds that out, and begins again: what was there then is used by
  // nobody.
  remove_left_behind(before, link_.parent_path(), map_);
}

/// Finds the program in the dispatcher, and takes out what else of ours is in it. False where it is not there.
bool DispatcherAttachment::look() {
  const auto is_older = [this](const DispatchedProgram& one) { return one.is_ours && one.id != program_; };
  Hook hook = read_hook(name_, index_);
  if (contains(hook, program_) && std::ranges::any_of(hook.dispatched, is_older)) {
    take_from_dispatcher(name_, index_, is_older);
    hook = read_hook(name_, index_);
  }
  if (!contains(hook, program_)) return false;
  const auto ours = std::ranges::find(hook.dispatched, program_, &DispatchedProgram::id);
  dispatcher_ = hook.program.id;
  mode_ = hook.program.mode;
  link_ = dispatcher_pins(index_, dispatcher_) / ("prog" + std::to_string(ours - hook.dispatched.begin()) + "-link");
  order_ = described(hook.dispatched);
  return true;
}

bool DispatcherAttachment::in_force(const Generation&) {
  if (dispatcher_ != 0 && is_attached(index_, dispatcher_) && access(link_.c_str(), F_OK) == 0) return true;
  // Others come and go, each time with another dispatcher.
  try {
    if (look()) return access(link_.c_str(), F_OK) == 0;
  } catch (const LibxdpLocked&) {
    // Somebody is at work on the dispatcher there: what becomes of it shows when that has come to an end.
    if (has_dispatcher(index_)) return true;
  } catch (const Error&) {
    return false;
  }
  std::array<char, IF_NAMESIZE> name{};
  if (if_indextoname(index_, name.data()) == nullptr) remove_pins_of_program(index_, map_);
  return false;
}

void DispatcherAttachment::remove() {
  const PinDirectories before = all_dispatcher_pins(index_);
  take_from_dispatcher(name_, index_, &DispatchedProgram::is_ours);
  const Hook hook = read_hook(name_, index_);
  remove_left_behind(before, hook.kind == Hook::Kind::dispatcher ? dispatcher_pins(index_, hook.program.id) : "", map_);
}

}  // namespace xdpfwd
