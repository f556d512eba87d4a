// The claims of one entry. Nearly always it is one, so that one takes no allocation of its own.
#pragma once

#include <cstddef>
#include <iterator>
#include <memory>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "daemon/blocklist/shared_claim.h"

namespace xdpfwd {

class ClaimList {
 public:
  /// Goes over the claims in the order in which they were made or renewed.
  class Iterator {
   public:
    using iterator_category = std::forward_iterator_tag;
    using value_type = Claim;
    using difference_type = std::ptrdiff_t;
    using pointer = const Claim*;
    using reference = const Claim&;

    Iterator() = default;
    explicit Iterator(const SharedClaim* at) : at_(at) {}
    reference operator*() const { return **at_; }
    pointer operator->() const { return &**at_; }
    Iterator& operator++() { return ++at_, *this; }
    Iterator operator++(int) { return Iterator(at_++); }
    bool operator==(const Iterator&) const = default;

   private:
    const SharedClaim* at_ = nullptr;
  };

  Iterator begin() const { return Iterator(all().data()); }
  Iterator end() const { return Iterator(all().data() + size()); }
  std::size_t size() const { return all().size(); }
  bool empty() const { return all().empty(); }

  /// The claim of this source, or nullptr.
  const Claim* of(std::string_view source) const;
  /// The same, to be shared.
  SharedClaim find(std::string_view source) const;
  /// Puts a claim at the end, and returns the one of the same source that it replaces.
  SharedClaim put(SharedClaim claim);
  /// Takes a source's claim out, if there is one.
  SharedClaim take(std::string_view source);

 private:
  using Several = std::unique_ptr<std::vector<SharedClaim>>;  // two at least

  std::span<const SharedClaim> all() const {
    if (const SharedClaim* one = std::get_if<SharedClaim>(&claims_)) return {one, 1};
    if (const Several* several = std::get_if<Several>(&claims_)) return **several;
    return {};
  }
  const SharedClaim* position(std::string_view source) const;

  std::variant<std::monostate, SharedClaim, Several> claims_;
};

}  // namespace xdpfwd
