// argv -> what to do, with every value read and checked as far as the client can.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/commands.h"
#include "ctl/style.h"

namespace xdpfwd::ctl {

inline constexpr std::string_view default_socket = "/run/xdpfwd/control.sock";

struct Globals {
  bool json = false;
  bool quiet = false;
  std::string socket{default_socket};
  std::chrono::seconds timeout{30};
  std::chrono::seconds list_timeout{600};  // for a whole list to be compared and put in force
  ColorChoice color = ColorChoice::automatic;
};

enum class Task : std::uint8_t { call, help, version };

struct Arguments {
  Task task = Task::call;
  const Command* command = nullptr;  // may be missing with Task::help and Task::version only
  Globals globals;
  nlohmann::json params = nlohmann::json::object();  // all but the prefixes
  std::vector<std::string> operands;                 // the prefixes, as they were typed
};

/// Whether --json is among the arguments, for errors in the arguments themselves.
bool asks_for_json(const std::vector<std::string>& args);

/// Reads the arguments, the program's name not among them. Throws Error (invalid).
Arguments parse_arguments(const std::vector<std::string>& args);

}  // namespace xdpfwd::ctl
