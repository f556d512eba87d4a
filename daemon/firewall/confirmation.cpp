// A change that is undone unless somebody who can still reach the machine confirms it. Until then it is not stored, so
// that a restart undoes it as well.
#include <chrono>
#include <exception>
#include <utility>

#include "common/error.h"
#include "common/text.h"
#include "daemon/firewall/firewall.h"
#include "daemon/log/messages.h"

namespace xdpfwd {
namespace {

// A try may take a new generation, and whoever asks for something is to get his answer meanwhile.
constexpr std::chrono::seconds pause_between_tries{1};

}  // namespace

void Firewall::await_confirmation(const Delta& delta, std::chrono::seconds within) {
  const BootTime deadline = BootClock::now() + within;
  unconfirmed_ = {.changes = {}, .deadline = deadline, .undo_at = deadline};
  for (const Edit& change : delta.claims)
    if (!is_derived(change.source) &&
        unconfirmed_->changes.try_emplace({change.prefix, change.source}, change).second && change.before)
      blocklist_.reserve(change.prefix);  // what may have to come back finds its room when it does
  if (unconfirmed_->changes.empty()) unconfirmed_.reset();
}

std::vector<Edit> Firewall::unconfirmed_among(const std::vector<Edit>& edits) const {
  std::vector<Edit> found;
  if (!unconfirmed_ || unconfirmed_->changes.empty()) return found;
  for (const Edit& edit : edits)
    if (const auto change = unconfirmed_->changes.find({edit.prefix, edit.source});
        change != unconfirmed_->changes.end())
      found.push_back(change->second);
  return found;
}

/// Takes those out of what is due that wait to be confirmed. The time that made them end was not confirmed either, so
/// it must not take away for good what they replaced; unless that has ended as well, which the store has to know.
std::vector<Edit> Firewall::take_unconfirmed(std::vector<Edit>& due) const {
  std::vector<Edit> found;
  if (!unconfirmed_) return found;
  const BootTime now = BootClock::now();
  std::erase_if(due, [&](const Edit& edit) {
    const auto change = unconfirmed_->changes.find({edit.prefix, edit.source});
    if (change == unconfirmed_->changes.end()) return false;
    const SharedClaim& before = change->second.before;
    if (before && before->until && *before->until <= now) return false;
    found.push_back(change->second);
    return true;
  });
  return found;
}

/// Puts back in force what was before these changes, which wait to be confirmed no longer. The store has never heard of
/// them.
void Firewall::put_back(std::span<const Edit> changes) {
  const auto step = [&] { return changes.size() > many ? on_progress_() : void(); };
  std::vector<Edit> edits;
  edits.reserve(changes.size());
  for (const Edit& change : changes)
    edits.push_back({change.prefix, change.source, change.before, Keep::nothing, change.id});
  guard(edits, {.around_protected = true});
  step();
  const Delta delta = blocklist_.change(std::move(edits));
  step();
  enforce(delta);
  step();
  forget_unconfirmed(changes);
  step();
}

/// Where nothing is left of the change, nothing waits, and the next one may.
void Firewall::forget_unconfirmed(std::span<const Edit> changes) {
  if (!unconfirmed_) return;
  for (const Edit& change : changes)
    if (unconfirmed_->changes.erase({change.prefix, change.source}) > 0 && change.before)
      blocklist_.release(change.prefix);
  if (unconfirmed_->changes.empty()) unconfirmed_.reset();
}

void Firewall::keep_unconfirmed(const std::function<bool(const Prefix&, std::string_view)>& names) {
  if (!unconfirmed_) return;
  std::vector<Edit> kept;
  for (const auto& [name, change] : unconfirmed_->changes)
    if (names(name.first, name.second)) kept.push_back(change);
  forget_unconfirmed(kept);
  if (!kept.empty() && !store_.save(kept)) throw store_.not_durable("kept");
}

std::size_t Firewall::confirm() {
  if (!unconfirmed_)
    throw Error(Code::not_found, "no change waits to be confirmed",
                "it may have been undone already, or others asked for the same; look at: xdpfwctl status");
  std::vector<Edit> changes;
  for (const auto& [name, change] : unconfirmed_->changes) changes.push_back(change);
  forget_unconfirmed(changes);
  if (!store_.save(changes)) throw store_.not_durable("kept");
  return changes.size();
}

void Firewall::revert_unconfirmed() {
  if (!unconfirmed_) return;
  std::vector<Edit> changes;
  changes.reserve(unconfirmed_->changes.size());
  for (const auto& [name, change] : unconfirmed_->changes) changes.push_back(change);
  try {
    put_back(changes);
  } catch (const std::exception& error) {
    if (!std::exchange(unconfirmed_->failure_told, true))
      log_.error(
          std::string("a change that was not confirmed could not be undone, and it is tried again: ") + error.what(),
          {id_of(Message::fault)});
    unconfirmed_->undo_at = BootClock::now() + pause_between_tries;
    return;
  }
  log_.warning("a change was not confirmed in time, and is undone: " + counted(changes.size(), "claim", "claims"),
               {id_of(Message::undone), {"XDPFWD_CLAIMS", std::to_string(changes.size())}});
}

std::optional<BootTime> Firewall::confirm_by() const {
  return unconfirmed_ ? std::optional(unconfirmed_->deadline) : std::nullopt;
}

}  // namespace xdpfwd
