// Text that a million claims have in common: a copy costs eight bytes.
#pragma once

#include <boost/smart_ptr/intrusive_ptr.hpp>
#include <boost/smart_ptr/intrusive_ref_counter.hpp>
#include <compare>
#include <concepts>
#include <string>
#include <string_view>

namespace xdpfwd {

/// What else can be taken for text.
template <typename Type>
concept Text = std::convertible_to<const Type&, std::string_view> && !std::same_as<Type, class SharedText>;

/// A string that never changes. Copies share it; texts that were made apart do not. Not for use by several threads.
class SharedText {
 public:
  SharedText() = default;
  template <Text Other>
  SharedText(const Other& text) : SharedText(std::string_view(text), 0) {}

  std::string_view view() const { return held_ ? std::string_view(held_->text) : std::string_view(); }
  operator std::string_view() const { return view(); }
  std::string str() const { return std::string(view()); }
  bool empty() const { return !held_; }
  /// True where they are equal without a look at what is in them.
  bool is_same(const SharedText& other) const { return held_ == other.held_; }

  friend bool operator==(const SharedText& left, const SharedText& right) {
    return left.is_same(right) || left.view() == right.view();
  }
  template <Text Other>
  friend bool operator==(const SharedText& left, const Other& right) {
    return left.view() == std::string_view(right);
  }
  friend std::strong_ordering operator<=>(const SharedText& left, const SharedText& right) {
    return left.is_same(right) ? std::strong_ordering::equal : left.view() <=> right.view();
  }

 private:
  struct Held : boost::intrusive_ref_counter<Held, boost::thread_unsafe_counter> {
    explicit Held(std::string_view from) : text(from) {}
    std::string text;
  };
  SharedText(std::string_view text, int) : held_(text.empty() ? nullptr : new Held(text)) {}

  boost::intrusive_ptr<const Held> held_;
};

}  // namespace xdpfwd
