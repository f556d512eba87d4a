// What the doctor finds: one line a matter.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace xdpfwd {

/// A failure keeps the service from filtering as the config file wants it; a warning is something to mend.
enum class Verdict : std::uint8_t { ok, note, warning, failure };

struct Check {
  std::string subject;  // one word: `kernel`, `memory`, an interface's name
  Verdict verdict = Verdict::ok;
  std::string finding;
  std::string hint = {};  // what to do, a command where there is one
};

using Checks = std::vector<Check>;

}  // namespace xdpfwd
