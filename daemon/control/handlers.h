// What each command does. The parameters were checked against the command's row before.
#pragma once

#include <functional>
#include <memory>
#include <nlohmann/json.hpp>
#include <string_view>

#include "daemon/control/audit.h"
#include "daemon/control/listing.h"
#include "daemon/control/session.h"
#include "daemon/datapath/busiest.h"
#include "daemon/firewall/firewall.h"
#include "daemon/lists/lists.h"

namespace xdpfwd {

struct ReloadRequest {
  Conditions conditions = {};
  std::string forced_list = {};  // see Lists::configure
};
/// Reads the config file again. Throws Error.
using Reload = std::function<Firewall::Reloaded(const ReloadRequest&)>;

struct Call {
  Firewall& firewall;
  Lists& lists;
  Events& events;
  Session& session;
  const nlohmann::json& params;
  const Reload& reload;
  BusiestLately& busiest;
  const std::shared_ptr<std::size_t>& staged_weight;  // of the lists that all connections have sent so far
  const std::shared_ptr<std::size_t>& waiting;        // packets, for all who have subscribed and may do as much
  Sources& sources;                                   // whose claims it was about, where no parameter tells; a few
  Listing& listing;                                   // what the answer has besides the result
};

/// Calls the handler of a command that exists. Throws Error.
nlohmann::json handle(std::string_view command, const Call& call);

// The handlers that only read, in queries.cpp.
nlohmann::json list_entries(const Call& call);
nlohmann::json check_prefixes(const Call& call);
nlohmann::json read_status(const Call& call);
nlohmann::json hello(const Call& call);
nlohmann::json describe(const Call& call);

// Those that ask the datapath, in explain.cpp and statistics.cpp.
nlohmann::json explain(const Call& call);
nlohmann::json read_statistics(const Call& call);

// Those for whole lists, in bulk.cpp.
nlohmann::json stage(const Call& call);
nlohmann::json sync(const Call& call);
nlohmann::json import(const Call& call);
nlohmann::json export_claims(const Call& call);

// The handler of what answers for as long as the connection lasts, in subscription.cpp.
nlohmann::json subscribe(const Call& call);

/// The source that a request names, or the default one. Throws Error (invalid) for one whose claims commands cannot
/// change.
std::string source_of(const Call& call);
/// Carries out what claims as the sources that `claims_as` is true of. Once it is in force, on disk or not, what lists
/// of those names have left behind is no longer taken back.
void claim_as(const Call& call, const std::function<bool(std::string_view source)>& claims_as,
              const std::function<void()>& carry_out);
/// What a request says about protected addresses and about confirming. Throws Error (invalid).
Conditions conditions_of(const nlohmann::json& params);
/// The entries in a page whose size is not told.
inline constexpr std::size_t default_page = 1000;
/// The entry that a page begins with.
Blocklist::Entries::const_iterator first_of_page(const Call& call);

nlohmann::json seconds_or_null(const std::optional<BootTime>& time);
nlohmann::json describe_count(const Count& count);
/// One entry, as `list` answers it.
nlohmann::json describe_entry(const Prefix& prefix, const Entry& entry, const Datapath& datapath);
/// One claim, as `list` answers it.
nlohmann::json describe_claim(const Claim& claim);
nlohmann::json describe_protected(const Protected& member);
/// What happens to packets from a prefix, as `check` answers it.
nlohmann::json verdict_on(const Prefix& prefix, const Blocklist& blocklist, std::size_t exceptions);
/// How many entries inside its prefixes a request may have be looked at: every one in the list, and a million more. A
/// thousand times all addresses of a long list would take a minute, in which nobody else is answered.
std::size_t budget_for_exceptions(const Blocklist& blocklist);
/// See Blocklist::exceptions. Throws Error (refused) where the budget does not suffice.
std::size_t exceptions_inside(const Prefix& prefix, const Blocklist& blocklist, std::size_t& budget);
/// One interface, as `status` answers it.
nlohmann::json describe_interface(const InterfaceStatus& interface, const Firewall& firewall);
/// The prefixes of a request. Throws Error (invalid) that names the first that is none.
std::vector<Prefix> prefixes_of(const nlohmann::json& params);

}  // namespace xdpfwd
