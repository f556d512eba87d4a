// Reading the config file again: all of it, or nothing.
#include <algorithm>
#include <map>

#include "common/error.h"
#include "daemon/firewall/firewall.h"

namespace xdpfwd {
namespace {

/// What cannot change under a running daemon.
void refuse_what_needs_a_restart(const std::filesystem::path& file, const Config& now, const Config& next) {
  const auto refuse = [&](std::string_view key) {
    throw Error(
        Code::config,
        "config " + file.string() + ": " + std::string(key) + ": cannot change while xdpfwd runs; nothing was changed",
        "run: systemctl restart xdpfwd (the filter stays in force meanwhile)");
  };
  if (now.control.socket != next.control.socket) refuse("/control/socket");
  if (now.state_dir != next.state_dir) refuse("/state_dir");
  if (now.pin_dir != next.pin_dir) refuse("/pin_dir");
}

}  // namespace

/// The edits from the config file's present claims to those it wants.
std::vector<Edit> Firewall::config_edits(const Config& config, Reloaded* reloaded) const {
  std::map<Prefix, Action> wanted;
  for (const Prefix& prefix : config.block) wanted[prefix] = Action::drop;
  for (const Prefix& prefix : config.allow) wanted[prefix] = Action::allow;

  const SharedText source(config_source);
  std::vector<Edit> edits;
  const auto claim_for = [&, now = ClockPair::now().wall](Action action) {
    return SharedClaim(Claim{.source = source, .action = action, .reason = {}, .since = now, .until = {}});
  };
  const SharedClaim drop = claim_for(Action::drop);
  const SharedClaim allow = claim_for(Action::allow);
  for (const auto& [prefix, action] : wanted) {
    const Entry* entry = blocklist_.find(prefix);
    const Claim* claim = entry == nullptr ? nullptr : entry->claims.of(config_source);
    if (claim != nullptr && claim->action == action) continue;
    edits.push_back({prefix, source, action == Action::drop ? drop : allow});
  }
  const std::size_t added = edits.size();
  for (Edit& edit : blocklist_.claims_of(config_source))
    if (!wanted.contains(edit.prefix)) edits.push_back(std::move(edit));
  if (reloaded != nullptr) {
    reloaded->added = added;
    reloaded->removed = edits.size() - added;
  }
  return edits;
}

Firewall::Reloaded Firewall::reload(Conditions conditions, const std::function<void(const Config& next)>& judge) try {
  conditions.around_protected = true;
  Reloaded reloaded = apply_config(conditions, judge);
  reload_failure_.reset();
  return reloaded;
} catch (const Error& error) {
  reload_failure_ = error;
  throw;
}

Firewall::Reloaded Firewall::apply_config(const Conditions& conditions,
                                          const std::function<void(const Config& next)>& judge) {
  Config next = read_config(config_file_);
  refuse_what_needs_a_restart(config_file_, config_, next);
  judge(next);
  datapath_.require_replaceable([&](const std::string& name) {
    return !attached_by_command_.contains(name) &&
           std::ranges::find(next.interfaces, name, &InterfaceSpec::name) == next.interfaces.end();
  });
  Reloaded reloaded{.notes = next.notes};
  apply_lists(next, conditions, reloaded);
  config_ = std::move(next);
  log_.set_level(config_.log_level);
  detached_by_command_.clear();
  for (const InterfaceSpec& spec : config_.interfaces)
    if (attached_by_command_.erase(spec.name) > 0 && !store_.remove_interface(spec.name))
      reloaded.notes.push_back(spec.name + " could not be removed from " + store_.path().string());
  want_interfaces();
  datapath_.check();
  for (const InterfaceStatus& interface : datapath_.interfaces())
    if (!interface.error.empty()) reloaded.notes.push_back(interface.error);
  watch_capacity();
  return reloaded;
}

/// What the config file blocks, allows and protects.
void Firewall::apply_lists(const Config& next, const Conditions& conditions, Reloaded& reloaded) {
  const ProtectedSet before = protected_;
  std::vector<Edit> edits = protect(what_to_protect(next));
  std::ranges::move(config_edits(next, &reloaded), std::back_inserter(edits));
  try {
    guard(edits, conditions);
    if (next.capacity == config_.capacity)
      enforce(change_model(std::move(edits), conditions));
    else
      resize(next, std::move(edits), conditions);
  } catch (...) {
    protected_ = before;
    throw;
  }
}

/// Another capacity takes other tables, that is, a new generation.
void Firewall::resize(const Config& next, std::vector<Edit> edits, const Conditions& conditions) {
  const Capacity before = blocklist_.capacity();
  check_memory(next.capacity, before, available_memory());
  blocklist_.set_capacity(next.capacity);
  try {
    const Delta delta = change_model(std::move(edits), conditions);
    try {
      datapath_.renew(next.capacity, blocklist_);
    } catch (...) {
      blocklist_.undo(delta);
      throw;
    }
    account(delta);
  } catch (...) {
    blocklist_.set_capacity(before);
    throw;
  }
}

}  // namespace xdpfwd
