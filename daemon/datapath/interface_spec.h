// An interface as the config file and the commands name it.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/commands.h"

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

/// With whom the interface is shared: `exclusive` with nobody; `dispatcher`, by way of libxdp's, with other programs;
/// `automatic` is through the dispatcher where one is there already, else exclusive.
enum class Sharing : std::uint8_t { automatic, exclusive, dispatcher };

inline constexpr std::array<std::string_view, 3> sharing_words{"auto", "exclusive", "dispatcher"};

constexpr std::string_view to_string(Sharing sharing) { return sharing_words[static_cast<std::size_t>(sharing)]; }

constexpr std::optional<Sharing> parse_sharing(std::string_view word) {
  const auto found = std::ranges::find(sharing_words, word);
  if (found == sharing_words.end()) return std::nullopt;
  return static_cast<Sharing>(found - sharing_words.begin());
}

/// Where the program stands in a dispatcher: the lowest runs first. Before those of xdp-tools, which say 10
/// (xdp-filter) or nothing, which is 50; and others can still be put before it.
inline constexpr std::uint32_t default_priority = 5;

struct InterfaceSpec {
  std::string name;
  AttachMode mode = AttachMode::automatic;
  Sharing sharing = Sharing::automatic;
  std::uint32_t priority = default_priority;

  bool operator==(const InterfaceSpec&) const = default;
};

/// `native`, or where more than the mode was said, `native dispatcher 5`.
std::string stored_form(const InterfaceSpec& spec);
/// What is none, or is missing, is as if nothing had been said.
InterfaceSpec parse_spec(const std::string& name, const std::string& text);

}  // namespace xdpfwd
