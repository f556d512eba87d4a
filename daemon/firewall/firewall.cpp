#include "daemon/firewall/firewall.h"

#include <malloc.h>

#include <algorithm>
#include <limits>
#include <utility>

#include "common/error.h"
#include "daemon/firewall/outlook.h"
#include "daemon/log/messages.h"

namespace xdpfwd {
namespace {

/// The changes that take these back.
std::vector<Edit> reversed(std::span<const Edit> changes) {
  std::vector<Edit> back(changes.rbegin(), changes.rend());
  for (Edit& change : back) std::swap(change.before, change.claim);
  return back;
}

/// As many as go in so short a time that nobody waits long for an answer meanwhile; a round has costs of its own, so
/// that a few at a time would take forever.
std::size_t ends_for_next_round(std::size_t ended, std::chrono::nanoseconds took) {
  constexpr std::chrono::nanoseconds time_for_a_round = std::chrono::milliseconds(100);
  const double factor = std::chrono::duration<double>(time_for_a_round) / took;
  const auto wanted = static_cast<std::size_t>(static_cast<double>(ended) * std::clamp(factor, 0.5, 2.0));
  return std::clamp<std::size_t>(wanted, 1'000, 100'000);
}

/// Without a name where it is neither wanted nor filtered.
InterfaceStatus status_of(const std::string& name, const Datapath& datapath) {
  const std::vector<InterfaceStatus> all = datapath.interfaces();
  const auto found = std::ranges::find(all, name, [](const InterfaceStatus& one) { return one.spec.name; });
  return found == all.end() ? InterfaceStatus{} : *found;
}

}  // namespace

Firewall::Firewall(std::filesystem::path config_file, Config config, Log& log, LoadProgram load)
    : config_file_(std::move(config_file)),
      config_(std::move(config)),
      log_(log),
      store_(config_.state_dir),
      blocklist_(config_.capacity),
      datapath_(config_.pin_dir, log, std::move(load)) {}

void Firewall::start() {
  check_memory_at_start();
  for (const auto& [name, text] : store_.interfaces()) attached_by_command_[name] = parse_spec(name, text);
  load_list();
  protect_at_start();
  blocklist_.set_revision(store_.reserve_revisions());
  ledger_.begin(blocklist_);
  datapath_.renew(blocklist_.capacity(), blocklist_);
  want_interfaces();
  datapath_.check();
  refuse_to_start_unattached();
  watch_capacity();
}

/// Refused is what the machine can never hold. What others have at this moment must not keep a list from being in force
/// that takes far less than its capacity.
void Firewall::check_memory_at_start() {
  check_memory(blocklist_.capacity(), {0, 0}, total_memory());
  try {
    check_memory(blocklist_.capacity(), {0, 0}, available_memory());
  } catch (const Error& error) {
    log_.warning(with_hint(error));
  }
}

/// Capacity counts at the end: on the way there, there may have been more.
void Firewall::load_list() {
  constexpr std::uint32_t any = std::numeric_limits<std::uint32_t>::max();
  blocklist_.set_capacity({any, any});
  blocklist_.change(config_edits(config_, nullptr));
  store_.load([this](std::vector<Edit> edits) { blocklist_.change(std::move(edits)); });
  store_.save(blocklist_.change(blocklist_.due(BootClock::now())).claims);
  blocklist_.set_capacity(config_.capacity);
}

/// Whatever may be wrong with it, it must not keep the list from being in force.
void Firewall::protect_at_start() {
  try {
    stored_learned_ = store_.learned();
    std::vector<Protected> learned;
    for (const auto& [prefix, reason] : stored_learned_)
      learned.push_back({.prefix = prefix, .reason = reason, .learned = true});
    protected_ = ProtectedSet(std::move(learned));
  } catch (const Error& error) {
    log_.error(std::string("what the network needs before it is up: ") + error.what(), {id_of(Message::fault)});
  }
  try {
    blocklist_.change(protect(what_to_protect(config_)));
  } catch (const Error& error) {
    log_.error(std::string("protected addresses: ") + error.what(), {id_of(Message::fault)});
  }
}

void Firewall::settle(std::span<const EntryId> gone) {
  datapath_.settle(blocklist_.entries(), [&](const Counters& older) { ledger_.close(gone, older); });
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

Delta Firewall::change(std::vector<Edit> edits, const Conditions& conditions) {
  if (conditions.confirm_within && unconfirmed_)
    throw Error(Code::conflict, "another change waits to be confirmed; nothing was changed",
                "xdpfwctl confirm keeps that one; unconfirmed, it is undone when its time is over");
  const bool takes_long = edits.size() > many;
  const auto step = [&] { return takes_long ? on_progress_() : void(); };
  guard(edits, conditions);
  step();
  // What somebody asks for without a condition is no longer undone, and is to be stored.
  std::vector<Edit> kept;
  if (!conditions.confirm_within) kept = unconfirmed_among(edits);
  Delta delta = change_model(std::move(edits), conditions);
  step();
  // A block bites before it is stored. What only opens is stored first: were it the other way round, a
  // crash in between would bring back what somebody was just let through. What is not confirmed yet is not stored, so
  // that a crash undoes it, too.
  const bool only_opens = delta.upserts.empty();
  const auto save = [&] {
    if (conditions.confirm_within) return true;
    if (!kept.empty()) store_.save(kept);  // where it fails, the next one tries it again before its own
    return store_.save(delta.claims);
  };
  bool stored = only_opens && save();
  try {
    enforce(delta, [&] {
      step();
      if (!only_opens) stored = save();
    });
  } catch (const Error&) {
    // Nothing was changed, so the store forgets it again; and what waits to be confirmed does so still.
    if (only_opens && !conditions.confirm_within) {
      store_.save(reversed(delta.claims));
      store_.save(reversed(kept));
    }
    throw;
  }
  step();
  forget_unconfirmed(kept);
  if (conditions.confirm_within && !delta.claims.empty()) await_confirmation(delta, *conditions.confirm_within);
  watch_capacity();
  watch_store();
  if (!stored) throw store_.not_durable("store: in force");
  return delta;
}

Firewall::Comparison Firewall::compare(const ClaimSet& wanted, const std::optional<SharedText>& replaced) const {
  std::map<Prefix, Protected> passed;
  wanted.each([&](const Prefix& prefix, const SharedClaim& claim) {
    if (claim->action == Action::drop)
      protected_.overlapping(prefix, [&](const Protected& member) { passed.emplace(member.prefix, member); });
  });
  Comparison comparison{difference(blocklist_, wanted, replaced), {}};
  const Outlook now(blocklist_);
  for (auto& [prefix, member] : passed)
    if (member.absolute || !now.will_be_forced(prefix)) comparison.passed.push_back(std::move(member));
  return comparison;
}

/// Where the datapath cannot follow, the model goes back to where it was. What is done meanwhile, once the change is in
/// force, takes no time where packets have to leave an older generation.
void Firewall::enforce(const Delta& delta, const std::function<void()>& meanwhile) {
  try {
    apply(delta);
  } catch (const Error& error) {
    ledger_.close(delta.gone, datapath_.counters());  // whose counters begin anew as they come back
    const Delta back = blocklist_.undo(delta);
    try {
      apply(back);
      account(back);
    } catch (const Error& again) {
      log_.error(std::string("part of a failed change stays in force: ") + again.what(), {id_of(Message::fault)});
    }
    throw;
  }
  meanwhile();
  account(delta);
}

void Firewall::apply(const Delta& delta) {
  try {
    datapath_.apply(delta);
  } catch (const TablesFull&) {
    datapath_.renew(blocklist_.capacity(), blocklist_, true);
  }
}

/// What entries have counted that are gone stays with their sources, and new ones begin.
void Firewall::account(const Delta& delta) {
  if (!datapath_.is_settled()) settle(delta.gone);
  ledger_.close(delta.gone, datapath_.counters());
  ledger_.open(delta, blocklist_, datapath_.counters());
}

bool Firewall::expire() {
  const BootTime begun = BootClock::now();
  if (unconfirmed_ && unconfirmed_->undo_at <= BootClock::now()) revert_unconfirmed();
  std::vector<Edit> due = blocklist_.due(begun, ends_at_once_);
  if (due.empty()) return false;
  // Claims of one source side by side take few rows in the store.
  std::ranges::stable_sort(due, {}, &Edit::source);
  const std::size_t found = due.size();
  const Edit first = due.front();
  const std::vector<Edit> unconfirmed = take_unconfirmed(due);
  try {
    if (!due.empty()) change(std::move(due));
  } catch (const Error& error) {
    if (error.code() != Code::not_durable) throw;
  }
  if (!unconfirmed.empty()) put_back(unconfirmed);
  expired_ += found;
  if (found == ends_at_once_) {
    ends_at_once_ = ends_for_next_round(found, BootClock::now() - begun);
    return true;
  }
  const std::size_t ended = std::exchange(expired_, 0);
  log_.info(std::to_string(ended) + (ended == 1 ? " claim has ended: " : " claims have ended, one of them: ") +
                to_string(first.prefix) + " (" + first.source.str() + ")",
            {id_of(Message::expired),
             {"XDPFWD_PREFIX", to_string(first.prefix)},
             {"XDPFWD_SOURCE", first.source.str()},
             {"XDPFWD_REMOVED", std::to_string(ended)}});
  return false;
}

void Firewall::tend_store() {
  // Not in the middle of many ends: soon there is less to write.
  if (!unconfirmed_ && expired_ == 0) store_.tidy(blocklist_);
  store_.reserve_revisions(blocklist_.revision());
  if (store_.pending() > 0) store_.retry();
  watch_store();
}

/// Tells once that something cannot be stored, and once that it is.
void Firewall::watch_store() {
  const bool fails = store_.failure().has_value();
  if (fails == std::exchange(store_fails_, fails)) return;
  if (fails)
    log_.error("store: what changes is not on disk: " + *store_.failure(), {id_of(Message::store_failing)});
  else
    log_.info("store: everything is on disk again", {id_of(Message::store_stored)});
}

InterfaceStatus Firewall::attach(const InterfaceSpec& spec) {
  const auto commanded_before = attached_by_command_;
  const auto detached_before = detached_by_command_;
  detached_by_command_.erase(spec.name);
  attached_by_command_[spec.name] = spec;
  want_interfaces();
  datapath_.check();
  InterfaceStatus status = status_of(spec.name, datapath_);
  if (status.state == InterfaceStatus::State::refused) {
    attached_by_command_ = commanded_before;
    detached_by_command_ = detached_before;
    want_interfaces();
    throw Error(Code::refused, status.error, status.hint);
  }
  if (is_configured(spec.name))
    attached_by_command_.erase(spec.name);
  else if (!store_.save_interface(spec.name, stored_form(spec)))
    throw Error(
        Code::not_durable, "attach " + spec.name + ": filtered, but not stored: " + *store_.failure(),
        "add it to \"interfaces\" in the config file, or mend the disk, as xdpfwctl status says, and attach it again");
  return status;
}

bool Firewall::detach(const std::string& name) {
  datapath_.require_replaceable([&](const std::string& other) { return other == name; });
  const bool configured = is_configured(name);
  const auto commanded_before = attached_by_command_;
  const auto detached_before = detached_by_command_;
  const bool known = attached_by_command_.erase(name) > 0 || (configured && !detached_by_command_.contains(name));
  if (!known)
    throw Error(Code::not_found, "detach " + name + ": it is not filtered", "xdpfwctl status lists the interfaces");
  if (configured) detached_by_command_.insert(name);
  const bool stored = store_.remove_interface(name);
  want_interfaces();
  if (const InterfaceStatus left = status_of(name, datapath_); !left.spec.name.empty()) {
    attached_by_command_ = commanded_before;
    detached_by_command_ = detached_before;
    if (attached_by_command_.contains(name)) store_.save_interface(name, stored_form(attached_by_command_[name]));
    want_interfaces();
    throw Error(Code::refused, "detach " + name + ": nothing was changed: " + left.error, left.hint);
  }
  if (!stored)
    throw Error(Code::not_durable, "detach " + name + ": done, but not stored: " + *store_.failure(),
                "mend the disk, as xdpfwctl status says, and detach it again, or it is attached at the next restart");
  return configured;
}

unsigned Firewall::used_percent(Family family) const {
  return static_cast<unsigned>(std::uint64_t{blocklist_.used(family)} * 100 / blocklist_.capacity().of(family));
}

bool Firewall::is_list(std::string_view source) const {
  return std::ranges::find(config_.lists, source, &ListConfig::name) != config_.lists.end();
}

bool Firewall::is_configured(const std::string& name) const {
  return std::ranges::find(config_.interfaces, name, &InterfaceSpec::name) != config_.interfaces.end();
}

void Firewall::want_interfaces() {
  std::vector<InterfaceSpec> wanted;
  for (const InterfaceSpec& spec : config_.interfaces)
    if (!detached_by_command_.contains(spec.name) && !attached_by_command_.contains(spec.name)) wanted.push_back(spec);
  for (const auto& [name, spec] : attached_by_command_) wanted.push_back(spec);
  datapath_.want(wanted);
}

}  // namespace xdpfwd
