// What each command does. The parameters were checked against the command's row before.
#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string_view>

#include "daemon/firewall/firewall.h"

namespace xdpfwd {

struct Call {
  Firewall& firewall;
  const nlohmann::json& params;
  const std::function<Firewall::Reloaded()>& reload;
};

/// Calls the handler of a command that exists. Throws Error.
nlohmann::json handle(std::string_view command, const Call& call);

// The handlers that only read, in queries.cpp.
nlohmann::json list_entries(const Call& call);
nlohmann::json check_prefixes(const Call& call);
nlohmann::json read_statistics(const Call& call);
nlohmann::json read_status(const Call& call);
nlohmann::json hello(const Call& call);
nlohmann::json describe(const Call& call);

/// What happens to packets from a prefix, as `check` answers it.
nlohmann::json verdict_on(const Prefix& prefix, const Blocklist& blocklist);
/// One interface, as `status` answers it.
nlohmann::json describe_interface(const InterfaceStatus& interface, const Firewall& firewall);
/// The prefixes of a request. Throws Error (invalid) that names the first that is none.
std::vector<Prefix> prefixes_of(const nlohmann::json& params);

}  // namespace xdpfwd
