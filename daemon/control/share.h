// What connections hold of something that is bounded for all of them together.
#pragma once

#include <cstddef>
#include <memory>
#include <utility>

namespace xdpfwd {

/// A part of something that all connections share, until it is given back.
class Share {
 public:
  explicit Share(std::shared_ptr<std::size_t> total) : total_(std::move(total)) {}
  Share(Share&& other) noexcept : total_(other.total_), own_(std::exchange(other.own_, 0)) {}
  Share& operator=(Share&& other) noexcept {
    total_.swap(other.total_);
    std::swap(own_, other.own_);
    return *this;
  }
  ~Share() { resize(0); }

  void resize(std::size_t own) { *total_ += own - std::exchange(own_, own); }
  std::size_t own() const { return own_; }
  /// Of all together.
  std::size_t total() const { return *total_; }

 private:
  std::shared_ptr<std::size_t> total_;
  std::size_t own_ = 0;
};

}  // namespace xdpfwd
