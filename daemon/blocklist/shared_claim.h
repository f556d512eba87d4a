// A claim, or none, in eight bytes. What one request claims of a million prefixes is one claim that they share.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <optional>
#include <utility>

#include "daemon/blocklist/claim.h"

namespace xdpfwd {

/// Used as std::optional<Claim>, but that the claim never changes. Not for use by several threads.
class SharedClaim {
 public:
  SharedClaim() = default;
  SharedClaim(std::nullopt_t) {}
  SharedClaim(Claim claim) : held_(new Held(std::move(claim))) {}
  SharedClaim(const std::optional<Claim>& claim) : held_(claim ? new Held(*claim) : nullptr) {}

  explicit operator bool() const { return held_ != nullptr; }
  const Claim& operator*() const { return held_->claim; }
  const Claim* operator->() const { return &held_->claim; }

  /// True where they are equal without a look at what is in them.
  bool is_same(const SharedClaim& other) const { return held_ == other.held_; }
  friend bool operator==(const SharedClaim& one, const SharedClaim& other) {
    return one.is_same(other) || (one && other && *one == *other);
  }

 private:
  struct Held : boost::intrusive_ref_counter<Held, boost::thread_unsafe_counter> {
    explicit Held(Claim from) : claim(std::move(from)) {}
    Claim claim;
  };

  boost::intrusive_ptr<const Held> held_;
};

}  // namespace xdpfwd
