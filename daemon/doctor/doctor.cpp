#include "daemon/doctor/doctor.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "common/error.h"
#include "daemon/config/config.h"
#include "daemon/doctor/subjects.h"

namespace xdpfwd {
namespace {

constexpr std::array<std::string_view, 4> verdict_words{"ok", "note", "warning", "failure"};

Config check_config(const std::filesystem::path& file, Checks& checks) {
  try {
    Config config = read_config(file);
    checks.push_back({"config", Verdict::ok, file.string() + " is valid"});
    for (const std::string& note : config.notes) checks.push_back({"config", Verdict::note, note});
    return config;
  } catch (const Error& error) {
    checks.push_back(failure("config", error));
    checks.push_back({"config", Verdict::note, "what follows is checked with the defaults"});
    return {};
  }
}

}  // namespace

Checks examine(const std::filesystem::path& config_file) {
  Checks checks;
  const Config config = check_config(config_file, checks);
  check_kernel(checks);
  const bool may_load = check_rights(checks);
  check_program(config.capacity, may_load, checks);
  check_dispatcher(config, may_load, checks);
  check_memory_for(config.capacity, checks);
  check_storage(config, checks);
  check_interfaces(config, checks);
  check_service(config, checks);
  return checks;
}

bool is_ready(const Checks& checks) {
  return std::ranges::find(checks, Verdict::failure, &Check::verdict) == checks.end();
}

nlohmann::json to_json(const Checks& checks) {
  nlohmann::json list = nlohmann::json::array();
  for (const Check& check : checks)
    list.push_back({{"subject", check.subject},
                    {"verdict", verdict_words[static_cast<std::size_t>(check.verdict)]},
                    {"finding", check.finding},
                    {"hint", check.hint.empty() ? nlohmann::json() : nlohmann::json(check.hint)}});
  return {{"checks", std::move(list)}, {"ready", is_ready(checks)}};
}

}  // namespace xdpfwd
