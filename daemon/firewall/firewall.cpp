#include "daemon/firewall/firewall.h"

#include <malloc.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "common/error.h"

namespace xdpfwd {

Firewall::Firewall(std::filesystem::path config_file, Config config, Log& log)
    : config_file_(std::move(config_file)),
      config_(std::move(config)),
      log_(log),
      store_(config_.state_dir),
      blocklist_(config_.capacity),
      datapath_(config_.pin_dir, log) {}

void Firewall::start() {
  check_memory(blocklist_.capacity(), {0, 0});
  for (const auto& [name, mode] : store_.interfaces())
    attached_by_command_[name] = parse_attach_mode(mode).value_or(AttachMode::automatic);
  load_list();
  store_.save(blocklist_.change(blocklist_.due(BootClock::now())).claims);
  datapath_.renew(blocklist_.capacity(), blocklist_.effective());
  want_interfaces();
  datapath_.check();
  refuse_to_start_unattached();
}

/// Capacity counts at the end: on the way there, there may have been more.
void Firewall::load_list() {
  constexpr std::uint32_t any = std::numeric_limits<std::uint32_t>::max();
  blocklist_.set_capacity({any, any});
  blocklist_.change(config_edits(config_, nullptr));
  store_.load([this](std::vector<Edit> edits) { blocklist_.change(std::move(edits)); });
  blocklist_.set_capacity(config_.capacity);
}

void Firewall::settle() {
  datapath_.settle(blocklist_.effective());
  malloc_trim(0);  // what reading and building took, the list itself does not need
}

void Firewall::refuse_to_start_unattached() {
  const std::vector<InterfaceStatus> interfaces = datapath_.interfaces();
  const auto is = [](InterfaceStatus::State state) {
    return [state](const InterfaceStatus& interface) { return interface.state == state; };
  };
  const auto refused = std::ranges::find_if(interfaces, is(InterfaceStatus::State::refused));
  const bool any_attached = std::ranges::any_of(interfaces, is(InterfaceStatus::State::attached));
  if (refused == interfaces.end() || any_attached) return;
  datapath_.remove();
  throw Error(Code::refused, refused->error, refused->hint);
}

Delta Firewall::change(std::vector<Edit> edits) {
  Delta delta = blocklist_.change(std::move(edits));
  // A block bites before it is stored. What only opens is stored first: were it the other way round, a
  // crash in between would bring back what somebody was just let through.
  const bool only_opens = delta.upserts.empty();
  bool stored = only_opens && store_.save(delta.claims);
  enforce(delta);
  if (!only_opens) stored = store_.save(delta.claims);
  if (!stored)
    throw Error(Code::not_durable, "store: in force, but not on disk: " + store_.failure().value_or("unknown"),
                "it is tried again until it is stored; make room, and look at: xdpfwctl status");
  return delta;
}

/// Where the datapath cannot follow, the model and the store go back to where they were.
void Firewall::enforce(const Delta& delta) {
  try {
    apply(delta);
  } catch (const Error& error) {
    const Delta back = blocklist_.change(delta.inverse());
    try {
      apply(back);
    } catch (const Error& again) {
      log_.error(std::string("part of a failed change stays in force: ") + again.what());
    }
    if (delta.upserts.empty()) store_.save(back.claims);
    throw;
  }
}

void Firewall::apply(const Delta& delta) {
  try {
    datapath_.apply(delta);
  } catch (const TablesFull&) {
    datapath_.renew(blocklist_.capacity(), blocklist_.effective(), true);
    settle();
  }
}

void Firewall::expire() {
  const std::vector<Edit> due = blocklist_.due(BootClock::now());
  if (due.empty()) return;
  try {
    change(due);
  } catch (const Error& error) {
    if (error.code() != Code::not_durable) throw;
  }
  log_.info(std::to_string(due.size()) +
                (due.size() == 1 ? " claim has ended: " : " claims have ended, one of them: ") +
                to_string(due.front().prefix) + " (" + due.front().source.str() + ")",
            {{"XDPFWD_PREFIX", to_string(due.front().prefix)}, {"XDPFWD_SOURCE", due.front().source.str()}});
}

void Firewall::tend_store() {
  if (!store_.tidy(blocklist_)) log_.warning("the journal could not be written anew: " + store_.failure().value_or(""));
  if (store_.pending() == 0) return;
  const std::size_t pending = store_.pending();
  if (store_.retry()) log_.info(std::to_string(pending) + " changes that could not be stored are on disk now");
}

InterfaceStatus Firewall::attach(const InterfaceSpec& spec) {
  const auto find = [&] {
    const std::vector<InterfaceStatus> all = datapath_.interfaces();
    const auto found = std::ranges::find(all, spec.name, [](const InterfaceStatus& one) { return one.spec.name; });
    return found == all.end() ? InterfaceStatus{} : *found;
  };
  const auto commanded_before = attached_by_command_;
  const auto detached_before = detached_by_command_;
  detached_by_command_.erase(spec.name);
  attached_by_command_[spec.name] = spec.mode;
  want_interfaces();
  datapath_.check();
  InterfaceStatus status = find();
  if (status.state == InterfaceStatus::State::refused) {
    attached_by_command_ = commanded_before;
    detached_by_command_ = detached_before;
    want_interfaces();
    throw Error(Code::refused, status.error, status.hint);
  }
  if (is_configured(spec.name))
    attached_by_command_.erase(spec.name);
  else if (!store_.save_interface(spec.name, std::string(to_string(spec.mode))))
    throw Error(Code::not_durable, "attach " + spec.name + ": filtered, but not stored: " + *store_.failure(),
                "add it to \"interfaces\" in the config file, or make room and attach it again");
  return status;
}

bool Firewall::detach(const std::string& name) {
  const bool configured = is_configured(name);
  const bool known = attached_by_command_.erase(name) > 0 || (configured && !detached_by_command_.contains(name));
  if (!known)
    throw Error(Code::not_found, "detach " + name + ": it is not filtered", "xdpfwctl status lists the interfaces");
  if (configured) detached_by_command_.insert(name);
  const bool stored = store_.remove_interface(name);
  want_interfaces();
  if (!stored)
    throw Error(Code::not_durable, "detach " + name + ": done, but not stored: " + *store_.failure(),
                "make room and detach it again, or it is attached at the next restart");
  return configured;
}

bool Firewall::is_configured(const std::string& name) const {
  return std::ranges::find(config_.interfaces, name, &InterfaceSpec::name) != config_.interfaces.end();
}

void Firewall::want_interfaces() {
  std::vector<InterfaceSpec> wanted;
  for (const InterfaceSpec& spec : config_.interfaces)
    if (!detached_by_command_.contains(spec.name) && !attached_by_command_.contains(spec.name)) wanted.push_back(spec);
  for (const auto& [name, mode] : attached_by_command_) wanted.push_back({name, mode});
  datapath_.want(wanted);
}

}  // namespace xdpfwd
