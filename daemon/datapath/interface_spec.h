// An interface as the config file and the commands name it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace xdpfwd {

/// How a program is attached; `automatic` is native where the driver can, else generic.
enum class AttachMode : std::uint8_t { automatic, native, generic, offload };

inline constexpr std::array<std::string_view, 4> attach_mode_words{"auto", "native", "generic", "offload"};

constexpr std::string_view to_string(AttachMode mode) { return attach_mode_words[static_cast<std::size_t>(mode)]; }

constexpr std::optional<AttachMode> parse_attach_mode(std::string_view word) {
  const auto found = std::ranges::find(attach_mode_words, word);
  if (found == attach_mode_words.end()) return std::nullopt;
  return static_cast<AttachMode>(found - attach_mode_words.begin());
}

struct InterfaceSpec {
  std::string name;
  AttachMode mode = AttachMode::automatic;

  bool operator==(const InterfaceSpec&) const = default;
};

}  // namespace xdpfwd
