#include "daemon/firewall/ledger.h"

#include <algorithm>

namespace xdpfwd {

namespace {

/// Modulo 2^64, so that what is taken off before it was counted comes out right.
void add(Count& sum, const Count& count) { sum = sum + count; }
void subtract(Count& sum, const Count& count) {
  sum.packets -= count.packets;
  sum.bytes -= count.bytes;
}

}  // namespace

void Ledger::begin(const Blocklist& blocklist) {
  accounts_.assign(blocklist.id_bound(), nobodys);
  for (const auto& [prefix, id] : blocklist.entries()) put(id, account_of(blocklist.entry(id)));
}

void Ledger::close(std::span<const EntryId> gone, const Counters& counters) {
  for (const EntryId id : gone) assign(id, nobodys, counters.count(id));
}

void Ledger::open(const Delta& delta, const Blocklist& blocklist, const Counters& counters) {
  accounts_.resize(std::max<std::size_t>(accounts_.size(), blocklist.id_bound()), nobodys);
  for (const Edit& edit : delta.claims) {
    const Entry& entry = blocklist.entry(edit.id);
    if (entry.claims.empty()) continue;
    const Account account = account_of(entry);
    if (edit.creates)
      put(edit.id, account);
    else if (account != accounts_[edit.id])
      assign(edit.id, account, counters.count(edit.id));
  }
}

/// From now on the entry counts for that account; what it has counted stays with the one before.
void Ledger::assign(EntryId id, Account account, const Count& count) {
  if (id >= accounts_.size()) return;
  add(rows_[accounts_[id]].count, count);
  put(id, account);
  subtract(rows_[account].count, count);
}

void Ledger::put(EntryId id, Account account) {
  --entries_[accounts_[id]];
  ++entries_[account];
  accounts_[id] = account;
}

Ledger::Account Ledger::account_of(const Entry& entry) {
  const Claim* decides = nullptr;
  for (const Claim& claim : entry.claims)
    if (claim.action == entry.action && (decides == nullptr || claim.since < decides->since)) decides = &claim;
  if (decides == nullptr) return nobodys;
  if (decides->source.is_same(last_found_.first) && decides->action == last_found_.second) return last_account_;
  last_found_ = {decides->source, decides->action};
  const auto known = numbers_.find(last_found_);
  last_account_ = known != numbers_.end() ? known->second : new_account(decides->source, decides->action);
  return last_account_;
}

Ledger::Account Ledger::new_account(const SharedText& source, Action action) {
  const Account account = free_account();
  rows_[account] = {source, action, Count()};
  numbers_.emplace(std::pair(source, action), account);
  return account;
}

/// Where there are many, one of a source that has no entry any more, in turn: whoever names a source after each
/// incident must not make every answer longer for ever.
Ledger::Account Ledger::free_account() {
  const std::size_t looked_at = rows_.size() > most_rows ? rows_.size() - 1 : 0;
  for (std::size_t count = 0; count < looked_at; ++count) {
    last_taken_ = last_taken_ % static_cast<Account>(rows_.size() - 1) + 1;
    if (entries_[last_taken_] > 0) continue;
    const Row& gone = rows_[last_taken_];
    add(others_[static_cast<std::size_t>(gone.action)], gone.count);
    numbers_.erase({gone.source, gone.action});
    return last_taken_;
  }
  rows_.emplace_back();
  entries_.push_back(0);
  return static_cast<Account>(rows_.size() - 1);
}

std::vector<Ledger::Row> Ledger::read(const Counters& counters) const {
  std::vector<Row> rows = rows_;
  const auto all = counters.all().first(std::min(accounts_.size(), counters.all().size()));
  for (std::size_t id = 0; id < all.size(); ++id) add(rows[accounts_[id]].count, {all[id].packets, all[id].bytes});
  std::vector<Row> told;
  for (Account account = nobodys + 1; account < rows.size(); ++account)
    if (entries_[account] > 0 || rows[account].count.packets > 0) told.push_back(std::move(rows[account]));
  for (const Action action : {Action::monitor, Action::drop, Action::allow})
    if (const Count& count = others_[static_cast<std::size_t>(action)]; count.packets > 0)
      told.push_back({SharedText(others), action, count});
  return told;
}

}  // namespace xdpfwd
