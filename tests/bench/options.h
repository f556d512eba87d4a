// What the command line asks for.
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace xdpfwd::bench {

struct Options {
  bool quick = false;
  std::optional<std::filesystem::path> json;
  std::optional<std::filesystem::path> plots;
  std::set<std::string> only;  // sections; all where it is empty
  std::vector<std::size_t> sizes;

  // What `quick` makes smaller.
  std::size_t large_list() const { return quick ? 20'000 : 1'000'000; }
  std::size_t sources() const { return quick ? 1U << 18 : 1U << 22; }
  unsigned rounds() const { return quick ? 3 : 7; }
  double seconds_a_sample() const { return quick ? 0.004 : 0.05; }

  bool wants(const std::string& section) const { return only.empty() || only.contains(section); }
};

}  // namespace xdpfwd::bench
