// What the unit tests share: errors as values, random numbers that can be had again, a directory that goes away.
#pragma once

#include <stdlib.h>

#include <array>
#include <catch2/catch.hpp>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <ostream>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/error.h"
#include "common/prefix.h"

namespace xdpfwd {

inline std::ostream& operator<<(std::ostream& stream, const Prefix& prefix) { return stream << to_string(prefix); }
inline std::ostream& operator<<(std::ostream& stream, Code code) { return stream << reason_of(code); }

}  // namespace xdpfwd

namespace xdpfwd::test {

/// The Error that the call ends with; the test fails where it ends without one, or with another exception.
template <typename Call>
Error error_of(Call&& call) {
  try {
    call();
  } catch (const Error& error) {
    return error;
  }
  throw std::logic_error("there was no error");
}

/// Random numbers, other ones in each run. A test that uses them says INFO(random.seed_note()).
class Random {
 public:
  /// XDPFWD_TEST_SEED in the environment, or a new one.
  static std::uint32_t new_seed() {
    const char* wanted = std::getenv("XDPFWD_TEST_SEED");
    return wanted == nullptr ? std::random_device{}() : static_cast<std::uint32_t>(std::strtoul(wanted, nullptr, 10));
  }

  explicit Random(std::uint32_t seed = new_seed()) : seed_(seed), engine_(seed) {}

  std::string seed_note() const { return "to repeat it: XDPFWD_TEST_SEED=" + std::to_string(seed_); }

  /// From 0 to bound - 1.
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(engine_() % bound); }
  std::uint32_t from_to(std::uint32_t least, std::uint32_t most) { return least + below(most - least + 1); }
  bool in_100(std::uint32_t times) { return below(100) < times; }
  std::uint8_t byte() { return static_cast<std::uint8_t>(below(256)); }

 private:
  std::uint32_t seed_;
  std::mt19937 engine_;
};

/// A new directory that goes away with all that is in it.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "xdpfwd-test-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("cannot make a temporary directory");
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

inline std::string contents_of(const std::filesystem::path& file) {
  std::ifstream stream(file, std::ios::binary);
  if (!stream) throw std::runtime_error("cannot read " + file.string());
  return {std::istreambuf_iterator<char>(stream), {}};
}

inline void write_file(const std::filesystem::path& file, std::string_view contents) {
  std::ofstream stream(file, std::ios::binary);
  stream << contents;
  if (!stream.flush()) throw std::runtime_error("cannot write " + file.string());
}

}  // namespace xdpfwd::test
