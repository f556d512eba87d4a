// The claims of one entry. Nearly always it is one, so that one takes no allocation of its own.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/blocklist/claim.h"

namespace xdpfwd {

class ClaimList {
 public:
  /// In the order in which they were made or renewed.
  std::span<const Claim> all() const;
  auto begin() const { return all().begin(); }
  auto end() const { return all().end(); }
  std::size_t size() const { return all().size(); }
  bool empty() const { return all().empty(); }

  /// The claim of this source, or nullptr.
  const Claim* of(std::string_view source) const;
  /// Puts a claim at the end, and returns the one of the same source that it replaces.
  std::optional<Claim> put(Claim claim);
  /// Takes a source's claim out, if there is one.
  std::optional<Claim> take(std::string_view source);

 private:
  using Several = std::unique_ptr<std::vector<Claim>>;  // two at least

  std::variant<std::monostate, Claim, Several> claims_;
};

}  // namespace xdpfwd
