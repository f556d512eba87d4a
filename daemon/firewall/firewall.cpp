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

unsigned Firewall::used_percent(Family family) const {
  return static_cast<unsigned>(std::uint64_t{blocklist_.used(family)} * 100 / blocklist_.capacity().of(family));
}

bool Firewall::is_list(std::string_view source) const {
  return std::ranges::find(config_.lists, source, &ListConfig::name) != config_.lists.end();
}

}  // namespace xdpfwd
