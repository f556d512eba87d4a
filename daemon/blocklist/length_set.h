// The lengths that prefixes have: who looks for those around another one looks for these lengths alone.
#pragma once

#include <array>
#include <bit>
#include <cstdint>
#include <optional>

namespace xdpfwd {

class LengthSet {
 public:
  /// Of a length up to 128.
  void set(unsigned length, bool is_there) {
    const std::uint64_t bit = std::uint64_t{1} << length % 64;
    is_there ? words_[length / 64] |= bit : words_[length / 64] &= ~bit;
  }

  /// The longest that is shorter than this one, which is at most 129; nothing where there is none.
  std::optional<unsigned> longest_below(unsigned length) const {
    std::uint64_t mask = (std::uint64_t{1} << length % 64) - 1;
    for (unsigned word = length / 64 + 1; word-- > 0; mask = ~std::uint64_t{0})
      if (const std::uint64_t bits = words_[word] & mask; bits != 0)
        return word * 64 + static_cast<unsigned>(std::bit_width(bits)) - 1;
    return std::nullopt;
  }

 private:
  std::array<std::uint64_t, 3> words_{};
};

}  // namespace xdpfwd
