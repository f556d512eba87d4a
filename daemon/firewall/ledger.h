// Which source brought what about: whose claim decides about each entry, and what the entry has counted for it.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <utility>
#include <vector>

#include "daemon/blocklist/blocklist.h"
#include "daemon/datapath/counters.h"

namespace xdpfwd {

/// An entry counts for the claim with the entry's action that has been there for longest. What it counted until another
/// one decides, or until it goes, stays with the one that decided then: a source's totals never go back.
class Ledger {
 public:
  struct Row {
    SharedText source;
    Action action;
    Count count;
  };

  /// Begins with what is in the list. Nothing has been counted yet, or it counts for whoever decides now.
  void begin(const Blocklist& blocklist);
  /// Called before a change is carried out: these entries go, and have counted so much.
  void close(std::span<const EntryId> gone, const Counters& counters);
  /// Called once it is, or has been taken back.
  void open(const Delta& delta, const Blocklist& blocklist, const Counters& counters);

  /// Every source that ever decided, with each of its actions. Goes over all counters: some milliseconds for a million.
  std::vector<Row> read(const Counters& counters) const;

 private:
  using Account = std::uint32_t;
  static constexpr Account nobodys = 0;

  Account account_of(const Entry& entry);
  void assign(EntryId id, Account account, const Count& count);

  std::vector<Account> accounts_;  // by entry id
  std::vector<Row> rows_{
      {SharedText(), {}, Count()}};  // by account: what was counted by entries that count elsewhere now
  std::map<std::pair<SharedText, Action>, Account> numbers_;
};

}  // namespace xdpfwd
