// Which source brought what about: whose claim decides about each entry, and what the entry has counted for it.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "daemon/blocklist/blocklist.h"
#include "daemon/datapath/counters.h"

namespace xdpfwd {

/// An entry counts for the claim with the entry's action that has been there for longest. What it counted until another
/// one decides, or until it goes, stays with the one that decided then: a source's totals never go back.
class Ledger {
 public:
  /// When there are more rows than this, a source that has no entry any more gives its own to a new one, and what it
  /// has counted is told of as that of `others`.
  static constexpr std::size_t most_rows = 1000;
  static constexpr std::string_view others = "(others)";

  struct Row {
    SharedText source;
    Action action;
    Count count;
  };

  /// Begins with what is in the list. Nothing has been counted yet, or it counts for whoever decides now.
  void begin(const Blocklist& blocklist);
  /// Called once a change is carried out: these entries are gone, and have counted so much. Before a change is taken
  /// back as well, since the counters of what comes back begin anew.
  void close(std::span<const EntryId> gone, const Counters& counters);
  /// Called then. What an entry that is new has counted meanwhile is its own.
  void open(const Delta& delta, const Blocklist& blocklist, const Counters& counters);

  /// Every source that ever decided, with each of its actions, but for those that have brought nothing about and are
  /// gone. Goes over all counters: some milliseconds for a million.
  std::vector<Row> read(const Counters& counters) const;

 private:
  using Account = std::uint32_t;
  static constexpr Account nobodys = 0;

  Account account_of(const Entry& entry);
  Account new_account(const SharedText& source, Action action);
  Account free_account();
  void assign(EntryId id, Account account, const Count& count);
  void put(EntryId id, Account account);

  std::vector<Account> accounts_;  // by entry id
  std::vector<Row> rows_{
      {SharedText(), {}, Count()}};      // by account: what was counted by entries that count elsewhere now
  std::vector<std::size_t> entries_{0};  // by account: how many count for it; of nobody's it means nothing
  Account last_taken_ = nobodys;         // from a source that was gone
  std::array<Count, 4> others_{};        // by action: what sources counted that have lost their accounts
  std::map<std::pair<SharedText, Action>, Account> numbers_;
  std::pair<SharedText, Action> last_found_;  // nearly always the next one's as well, in a list of a million
  Account last_account_ = nobodys;
};

}  // namespace xdpfwd
