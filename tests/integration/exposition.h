// What /metrics says, read strictly.
#pragma once

#include <map>
#include <string>

namespace xdpfwd::harness {

struct Exposition {
  std::map<std::string, std::string> types;  // by family; those without a sample among them
  std::map<std::string, double> samples;     // by `name{label="value",...}`

  /// Throws std::out_of_range where there is none.
  double operator[](const std::string& sample) const { return samples.at(sample); }
};

/// Throws std::runtime_error where a line is none, a sample comes twice, or its family is not told before it.
Exposition parse_exposition(const std::string& text);

}  // namespace xdpfwd::harness
