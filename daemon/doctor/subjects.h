// The subjects, each in a file of its own. Each function adds what it finds.
#pragma once

#include <algorithm>
#include <optional>
#include <string>

#include "common/error.h"
#include "daemon/config/config.h"
#include "daemon/doctor/check.h"
#include "daemon/doctor/link.h"
#include "daemon/doctor/unit.h"

namespace xdpfwd {

/// The kernel itself.
void check_kernel(Checks& checks);
/// Whether the caller may do what the service does. False where the program cannot be tried out by him.
bool check_rights(Checks& checks);
/// The program: loaded as the service loads it, without anything that lasts.
void check_program(const Capacity& capacity, bool may_load, Checks& checks);
/// Where an interface is to be shared: what a dispatcher takes.
void check_dispatcher(const Config& config, bool may_load, Checks& checks);
void check_memory_for(const Capacity& capacity, Checks& checks);
/// Where pins and state are kept.
void check_storage(const Config& config, Checks& checks);
/// The interfaces that the config file names, or where it names none, for information, those that it could.
void check_interfaces(const Config& config, Checks& checks);
/// Whether a daemon runs already, and what systemd would do with one.
void check_service(const Config& config, Checks& checks);

// What is found out is told apart from what it means, so that the latter can be tested without the hardware.
void judge_link(const Link& link, const InterfaceSpec& spec, std::optional<AttachMode> in_force, Checks& checks);
void judge_unit(const Unit& unit, const Config& config, Checks& checks);

/// True where an interface is to be shared even if nobody is there yet.
inline bool wants_dispatcher(const Config& config) {
  return std::ranges::find(config.interfaces, Sharing::dispatcher, &InterfaceSpec::sharing) != config.interfaces.end();
}

/// A failure in the words that the service would end with.
inline Check failure(const std::string& subject, const Error& error) {
  return {subject, Verdict::failure, error.what(), error.hint()};
}

}  // namespace xdpfwd
