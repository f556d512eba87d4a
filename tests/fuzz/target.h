// What is fuzzed, and what has to hold of every input. libFuzzer runs these, and the unit tests run all seeds through
// them.
#pragma once

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/error.h"
#include "common/prefix.h"
#include "common/text.h"

namespace xdpfwd::fuzz {

/// Each throws where something does not hold. Whatever they refuse with an Error is fine, as long as it is fit to be
/// shown.
void fuzz_capture(std::string_view input);
void fuzz_config(std::string_view input);
void fuzz_list(std::string_view input);
void fuzz_model(std::string_view input);
void fuzz_prefix(std::string_view input);
void fuzz_request(std::string_view input);
/// Needs root, and is not among the targets below: the tests of the datapath run its seeds.
void fuzz_packet(std::string_view input);

struct Target {
  std::string_view name;  // of its program, and of the directory of its seeds
  void (*run)(std::string_view input);
};
inline constexpr std::array targets{
    Target{"capture", fuzz_capture}, Target{"config", fuzz_config}, Target{"list", fuzz_list},
    Target{"model", fuzz_model},     Target{"prefix", fuzz_prefix}, Target{"request", fuzz_request},
};

inline std::string shown(std::string_view text) { return escaped(text); }
inline std::string shown(const Prefix& prefix) { return to_string(prefix); }

/// Throws what the parts say. They are put together only then, since nearly always it holds.
template <typename... Parts>
void require(bool holds, const Parts&... parts) {
  if (!holds) throw std::logic_error((shown(parts) + ...));
}

/// What is shown to people has nothing in it that could steer their terminal: escaping it does no more than double its
/// backslashes.
inline void require_harmless(std::string_view text) {
  const auto backslashes = static_cast<std::size_t>(std::ranges::count(text, '\\'));
  require(escaped(text).size() == text.size() + backslashes, "not escaped: ", text);
}

/// False where the call ends with an Error, which has to be harmless. All other exceptions go on.
template <typename Call>
bool accepts(Call&& call) {
  try {
    call();
    return true;
  } catch (const Error& error) {
    require_harmless(with_hint(error));
    return false;
  }
}

/// Hands out bytes, so many at once at most, as list and capture readers ask for them.
class Pieces {
 public:
  Pieces(std::string_view bytes, std::size_t most) : bytes_(bytes), most_(most) {}

  std::size_t operator()(std::span<char> buffer) {
    const std::size_t size = std::min({buffer.size(), bytes_.size(), most_});
    std::ranges::copy(bytes_.substr(0, size), buffer.begin());
    bytes_.remove_prefix(size);
    return size;
  }

 private:
  std::string_view bytes_;
  std::size_t most_;
};

/// Takes the first byte away, as a number from 0 on; zero where there is none. Seeds use digits.
inline std::size_t take_number(std::string_view& input) {
  if (input.empty()) return 0;
  const auto number = static_cast<unsigned char>(input.front() - '0');
  input.remove_prefix(1);
  return number;
}

}  // namespace xdpfwd::fuzz
