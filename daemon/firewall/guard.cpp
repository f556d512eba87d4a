// What keeps a change from dropping what must not be dropped, and the list from growing full unnoticed. A protected
// address passes by a claim to allow it, which is there for as long as something would drop the address.
#include <algorithm>
#include <chrono>

#include "common/error.h"
#include "common/text.h"
#include "daemon/firewall/firewall.h"
#include "daemon/firewall/outlook.h"
#include "daemon/log/messages.h"
#include "daemon/protection/host_addresses.h"

namespace xdpfwd {
namespace {

/// Whether something drops it that nobody has forced to.
bool needs_protection(const Protected& member, const Outlook& outlook) {
  return outlook.will_drop(member.prefix) && (member.absolute || !outlook.will_be_forced(member.prefix));
}

Edit protecting(const Protected& member) {
  const SharedText source(protected_source);
  return {member.prefix, source,
          Claim{.source = source,
                .action = Action::allow,
                .reason = member.reason,
                .since = ClockPair::now().wall,
                .until = {}}};
}

Edit no_longer_protecting(const Prefix& prefix) { return {prefix, SharedText(protected_source), std::nullopt}; }

Error refusal(const Prefix& prefix, const Protected& member) {
  const std::string what = to_string(member.prefix);
  const std::string relation = member.prefix == prefix        ? "is protected"
                               : prefix.covers(member.prefix) ? "covers protected " + what
                                                              : "is inside protected " + what;
  return {Code::protected_address,
          "drop " + to_string(prefix) + ": " + relation + " (" + member.reason + "); nothing was changed",
          member.absolute
              ? "take " + what + R"( out of "protect" in the config file, and run: xdpfwctl reload)"
              : "leave it out; or, if you mean it: --force, best with --confirm-within 60s, which undoes it if you "
                "cannot confirm it"};
}

}  // namespace

/// Refuses what would drop protected addresses, or has them pass: adds the claims that let them, and takes back those
/// that are needed no longer. All of it is one change, so that at no moment a protected address is dropped.
void Firewall::guard(std::vector<Edit>& edits, const Conditions& conditions) const {
  Affected affected;
  Outlook outlook(blocklist_);
  for (Edit& edit : edits) {
    bool overlaps = false;
    protected_.overlapping(edit.prefix, [&](const Protected& member) {
      affected.insert(member.prefix);
      overlaps = true;
      if (conditions.around_protected || !edit.claim || edit.claim->action != Action::drop) return;
      if (member.absolute || !conditions.force) throw refusal(edit.prefix, member);
      Claim forced = *edit.claim;
      forced.forced = true;
      edit.claim = std::move(forced);
    });
    if (overlaps) outlook.add(edit);
  }
  for (const Prefix& prefix : affected) {
    const Protected& member = *protected_.find(prefix);
    const bool wanted = needs_protection(member, outlook);
    if (wanted == outlook.will_protect(prefix)) continue;
    edits.push_back(wanted ? protecting(member) : no_longer_protecting(prefix));
  }
}

/// Changes the model, unless that would cut the caller off.
Delta Firewall::change_model(std::vector<Edit> edits, const Conditions& conditions) {
  const auto entry_dropping = [&](const Prefix& address) {
    const auto decides = blocklist_.deciding(address);
    const bool drops =
        decides != blocklist_.entries().end() && blocklist_.entry(decides->second).enforced == Action::drop;
    return drops ? std::optional(decides->first) : std::nullopt;
  };
  const bool guarded = conditions.caller && !conditions.force && !entry_dropping(*conditions.caller);
  Delta delta = blocklist_.change(std::move(edits));
  if (const auto entry = guarded ? entry_dropping(*conditions.caller) : std::nullopt) {
    blocklist_.undo(delta);
    const std::string address = to_string(*conditions.caller);
    throw Error(
        Code::protected_address,
        "drop " + to_string(*entry) + ": " + (entry == conditions.caller ? "is" : "covers " + address + ",") +
            " the address that you are logged in from; nothing was changed",
        "leave it out, or allow your own address first: xdpfwctl allow " + address + "; or, if you mean it: --force");
  }
  return delta;
}

bool Firewall::is_protecting(const Prefix& prefix) const {
  const Entry* entry = blocklist_.find(prefix);
  return entry != nullptr && entry->claims.of(protected_source) != nullptr;
}

/// The edits after which each of these protected prefixes has a claim to allow it just where it needs one.
std::vector<Edit> Firewall::protecting_edits(const Affected& affected) const {
  std::vector<Edit> edits;
  const Outlook now(blocklist_);
  for (const Prefix& prefix : affected) {
    const Protected* member = protected_.find(prefix);
    const bool wanted = member != nullptr && needs_protection(*member, now);
    if (wanted && !is_protecting(prefix)) edits.push_back(protecting(*member));
    if (!wanted && is_protecting(prefix)) edits.push_back(no_longer_protecting(prefix));
  }
  return edits;
}

ProtectedSet Firewall::what_to_protect(const Config& config) const {
  std::vector<Protected> members;
  try {
    HostAddresses now = host_addresses();
    members = still_needed(protected_.members(), now);
    std::ranges::move(now.all, std::back_inserter(members));
  } catch (const Error& error) {
    log_.warning(std::string("what the machine needs is protected as far as it was known before: ") + error.what(),
                 {id_of(Message::fault)});
    std::ranges::copy_if(protected_.members(), std::back_inserter(members),
                         [](const auto& one) { return !one.absolute; });
  }
  for (const Prefix& prefix : config.protect) members.push_back({prefix, "\"protect\" in the config file", true});
  return ProtectedSet(std::move(members));
}

/// Takes over what is protected from now on, and returns the edits that carry it out.
std::vector<Edit> Firewall::protect(ProtectedSet next) {
  Affected affected;
  for (const ProtectedSet* set : {&protected_, &next})
    for (const Protected& member : set->members()) affected.insert(member.prefix);
  protected_ = std::move(next);
  return protecting_edits(affected);
}

/// Stores what was learned from the network, for the next boot. Where that fails, it is tried again at the next look.
void Firewall::store_learned() {
  std::map<Prefix, std::string> learned;
  for (const Protected& member : protected_.members())
    if (member.learned) learned.emplace(member.prefix, member.reason);
  if (learned != stored_learned_ && store_.save_learned(learned)) stored_learned_ = std::move(learned);
}

void Firewall::refresh_protected() {
  ProtectedSet next = what_to_protect(config_);
  if (next == protected_) return store_learned();
  for (const Protected& member : next.members())
    if (protected_.find(member.prefix) == nullptr)
      log_.debug("protected from now on: " + to_string(member.prefix) + " (" + member.reason + ")");
  const ProtectedSet before = protected_;
  std::vector<Edit> edits = protect(std::move(next));
  try {
    if (!edits.empty()) enforce(blocklist_.change(edits));
  } catch (...) {
    protected_ = before;  // to be tried again
    throw;
  }
  for (const Edit& edit : edits)
    if (edit.claim)
      log_.warning(to_string(edit.prefix) + " is protected now (" + edit.claim->reason.str() +
                       "): it passes, though the list would drop it",
                   {id_of(Message::protected_now), {"XDPFWD_PREFIX", to_string(edit.prefix)}});
  store_learned();
}

/// Tells once when the list grows past four fifths of what it may hold, and once more when it is all but full.
void Firewall::watch_capacity() {
  constexpr unsigned hysteresis = 5;
  for (const Family family : families) {
    const unsigned percent = used_percent(family);
    unsigned& warned = warned_percent_[static_cast<std::size_t>(family)];
    if (percent + hysteresis < warned) warned = capacity_warning(percent);
    if (capacity_warning(percent) <= warned) continue;
    warned = capacity_warning(percent);
    log_.warning("the list is filling up: " + grouped(blocklist_.used(family)) + " of " +
                     grouped(blocklist_.capacity().of(family)) + " " + std::string(to_string(family)) +
                     " entries; raise \"capacity\" in the config file and reload",
                 {id_of(Message::capacity),
                  {"XDPFWD_FAMILY", std::string(to_string(family))},
                  {"XDPFWD_PERCENT", std::to_string(percent)}});
  }
}

}  // namespace xdpfwd
