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
  for (const auto& [prefix, id] : blocklist.entries()) accounts_[id] = account_of(blocklist.entry(id));
}

void Ledger::close(std::span<const EntryId> gone, const Counters& counters) {
  for (const EntryId id : gone) assign(id, nobodys, counters.count(id));
}

void Ledger::open(const Delta& delta, const Blocklist& blocklist, const Counters& counters) {
  accounts_.resize(std::max<std::size_t>(accounts_.size(), blocklist.id_bound()), nobodys);
  for (const Delta::ClaimChange& change : delta.claims)
    if (const Entry& entry = blocklist.entry(change.id); !entry.claims.empty())
      if (const Account account = account_of(entry); account != accounts_[change.id])
        assign(change.id, account, counters.count(change.id));
}

/// From now on the entry counts for that account; what it has counted stays with the one before.
void Ledger::assign(EntryId id, Account account, const Count& count) {
  if (id >= accounts_.size()) return;
  add(rows_[accounts_[id]].count, count);
  accounts_[id] = account;
  subtract(rows_[account].count, count);
}

Ledger::Account Ledger::account_of(const Entry& entry) {
  const Claim* decides = nullptr;
  for (const Claim& claim : entry.claims)
    if (claim.action == entry.action && (decides == nullptr || claim.since < decides->since)) decides = &claim;
  if (decides == nullptr) return nobodys;
  const auto next = static_cast<Account>(rows_.size());
  const auto [number, added] = numbers_.try_emplace({decides->source, decides->action}, next);
  if (added) rows_.push_back({decides->source, decides->action, Count()});
  return number->second;
}

std::vector<Ledger::Row> Ledger::read(const Counters& counters) const {
  std::vector<Row> rows = rows_;
  const auto all = counters.all().first(std::min(accounts_.size(), counters.all().size()));
  for (std::size_t id = 0; id < all.size(); ++id) add(rows[accounts_[id]].count, {all[id].packets, all[id].bytes});
  rows.erase(rows.begin());  // nobody's
  return rows;
}

}  // namespace xdpfwd
