// One change's way: model, datapath, store, in the order that keeps the promises. Here the rooms meet that do not
// know each other.
#pragma once

#include <array>
#include <chrono>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/error.h"
#include "daemon/blocklist/blocklist.h"
#include "daemon/blocklist/difference.h"
#include "daemon/config/config.h"
#include "daemon/datapath/datapath.h"
#include "daemon/firewall/ledger.h"
#include "daemon/log/log.h"
#include "daemon/protection/protected_set.h"
#include "daemon/store/store.h"

namespace xdpfwd {

/// What a change has to keep to.
struct Conditions {
  bool around_protected = false;                            // protected addresses pass; otherwise it is refused
  bool force = false;                                       // not for those of the config file
  std::optional<Prefix> caller = {};                        // an address that is not to be cut off by it
  std::optional<std::chrono::seconds> confirm_within = {};  // else it is undone
};

/// How full a list is, in percent, when somebody should be told: 95, 80, or 0 for not yet.
constexpr unsigned capacity_warning(unsigned percent) { return percent >= 95 ? 95 : percent >= 80 ? 80 : 0; }

class Firewall {
 public:
  /// A change of more edits takes so long that whoever watches wants to hear of its progress.
  static constexpr std::size_t many = 100'000;

  /// Opens the store and looks at what is in force. Changes nothing. Throws Error.
  Firewall(std::filesystem::path config_file, Config config, Log& log, LoadProgram load = load_program);

  /// Builds the list from config and store, and puts it in force as a new generation. Throws Error: what was in force
  /// before then still is. It is an error when every interface that is there was refused.
  void start();
  /// The part of start() that nothing waits for.
  void settle() {
    settle({});
    store_learned();
  }
  /// Takes the filter off every interface, and all pins with it.
  void remove() { datapath_.remove(); }

  /// Has this be called between the steps of a change that takes long, as one of millions of edits does.
  void on_progress(std::function<void()> function) { on_progress_ = std::move(function); }

  /// Carries edits out everywhere. Throws Error: nothing was changed then, unless the code is not_durable. The items of
  /// `changed` that follow those of the edits are about protected addresses.
  Delta change(std::vector<Edit> edits, const Conditions& conditions = {});

  struct Comparison {
    Difference difference;
    std::vector<Protected> passed;  // what is protected, and would be dropped but for that
  };
  /// What difference() tells of the claims of a list, to be carried out by change().
  Comparison compare(const ClaimSet& wanted, const std::optional<SharedText>& replaced) const;

  /// Takes back what has ended, as far as a tenth of a second goes. Costs next to nothing where nothing has, so it is
  /// called often. True where there is more.
  bool expire();

  /// Keeps the change that waits to be confirmed, and returns how many claims it was. Throws Error (not_found) where
  /// there is none.
  std::size_t confirm();
  /// Keeps of it what somebody asks for who does not want it confirmed, though it is so already. Throws Error
  /// (not_durable).
  void keep_unconfirmed(const std::function<bool(const Prefix&, std::string_view source)>& names);
  /// Undoes that change, if there is one. Where the datapath cannot follow, it waits on, and expire() tries it again.
  void revert_unconfirmed();
  /// When that happens by itself.
  std::optional<BootTime> confirm_by() const;

  /// Looks again at what the machine needs, as its addresses and gateways.
  void refresh_protected();
  const ProtectedSet& protected_addresses() const { return protected_; }
  /// Whether a protected prefix passes only because it is protected.
  bool is_protecting(const Prefix& prefix) const;
  /// Has packets be sampled from now on, over every change of the datapath.
  void sample(const SamplesWanted& wanted) { datapath_.sample(wanted); }
  /// Attaches what is wanted, there and not filtered.
  void check_interfaces(const LinkChanges& changes = {}) { datapath_.check(changes); }
  /// Stores what could not be stored before, and keeps the store from growing with every change.
  void tend_store();

  struct Reloaded {
    std::size_t added = 0;    // config claims that are new or have another action
    std::size_t removed = 0;  // and that are gone
    std::vector<std::string> notes;
  };
  /// Reads the config file again. Throws Error, also what `judge` throws of what the file says now: everything is as it
  /// was then. What it blocks is in force around protected addresses in any case; the conditions are for the caller's
  /// own.
  Reloaded reload(Conditions conditions, const std::function<void(const Config& next)>& judge);
  /// Why the last one failed, where it did: what is in force is not what the file says.
  const std::optional<Error>& reload_failure() const { return reload_failure_; }

  /// Filters one more interface, and remembers it over restarts unless the config file names it. Throws Error, also
  /// where it is there but cannot be filtered; then it is not remembered.
  InterfaceStatus attach(const InterfaceSpec& spec);
  /// True where the config file names it, so that the next reload attaches it again. Throws Error
  /// (not_found) where it is not filtered.
  bool detach(const std::string& name);
  /// Whether the interface is there because of the config file.
  bool is_configured(const std::string& name) const;

  /// Whether a source's claims are those of a list in the config file.
  bool is_list(std::string_view source) const;

  /// How much of its capacity a family's entries take.
  unsigned used_percent(Family family) const;

  BootTime started() const { return started_; }
  const std::filesystem::path& config_file() const { return config_file_; }
  const Config& config() const { return config_; }
  const Blocklist& blocklist() const { return blocklist_; }
  const Datapath& datapath() const { return datapath_; }
  Datapath& datapath() { return datapath_; }
  /// What each source brought about.
  std::vector<Ledger::Row> ledger() const { return ledger_.read(datapath_.counters()); }
  const Store& store() const { return store_; }
  Store& store() { return store_; }

 private:
  using ClaimName = std::pair<Prefix, SharedText>;  // the latter: the source
  struct Unconfirmed {
    std::map<ClaimName, Edit> changes;  // none that anybody else has asked for since
    BootTime deadline;
    BootTime undo_at;  // the deadline, or later where undoing it has failed
    bool failure_told = false;
  };
  using Affected = std::set<Prefix>;

  void await_confirmation(const Delta& delta, std::chrono::seconds within);
  std::vector<Edit> unconfirmed_among(const std::vector<Edit>& edits) const;
  std::vector<Edit> take_unconfirmed(std::vector<Edit>& due) const;
  void put_back(std::span<const Edit> changes);
  void forget_unconfirmed(std::span<const Edit> changes);
  void guard(std::vector<Edit>& edits, const Conditions& conditions) const;
  Delta change_model(std::vector<Edit> edits, const Conditions& conditions);
  std::vector<Edit> protecting_edits(const Affected& affected) const;
  ProtectedSet what_to_protect(const Config& config) const;
  std::vector<Edit> protect(ProtectedSet next);
  void protect_at_start();
  void store_learned();
  void watch_capacity();
  void watch_store();
  void check_memory_at_start();
  void load_list();
  void enforce(
      const Delta& delta, const std::function<void()>& meanwhile = [] {});
  void apply(const Delta& delta);
  void account(const Delta& delta);
  void settle(std::span<const EntryId> gone);
  std::vector<Edit> config_edits(const Config& config, Reloaded* reloaded) const;
  Reloaded apply_config(const Conditions& conditions, const std::function<void(const Config& next)>& judge);
  void apply_lists(const Config& next, const Conditions& conditions, Reloaded& reloaded);
  void resize(const Config& next, std::vector<Edit> edits, const Conditions& conditions);
  void want_interfaces();
  void refuse_to_start_unattached();

  BootTime started_ = BootClock::now();
  std::filesystem::path config_file_;
  Config config_;
  Log& log_;
  Store store_;
  Blocklist blocklist_;
  Datapath datapath_;
  Ledger ledger_;
  std::function<void()> on_progress_ = [] {};
  ProtectedSet protected_;
  std::map<Prefix, std::string> stored_learned_;  // of it, what the store has
  std::optional<Unconfirmed> unconfirmed_;
  std::array<unsigned, 2> warned_percent_{};  // of each family's capacity
  std::size_t expired_ = 0;                   // claims, since it was last told
  bool store_fails_ = false;                  // as told
  std::optional<Error> reload_failure_;
  std::size_t ends_at_once_ = 5'000;  // claims that a round takes back
  std::map<std::string, InterfaceSpec> attached_by_command_;
  std::set<std::string> detached_by_command_;  // though configured; until the next reload
};

}  // namespace xdpfwd
