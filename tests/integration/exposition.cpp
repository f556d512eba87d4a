#include "tests/integration/exposition.h"

#include <regex>
#include <sstream>
#include <stdexcept>

namespace xdpfwd::harness {

Exposition parse_exposition(const std::string& text) {
  static const std::regex help(R"(# HELP ([a-z0-9_]+) \S.*\.)");
  static const std::regex type(R"(# TYPE ([a-z0-9_]+) (counter|gauge))");
  static const std::regex sample(R"((([a-z0-9_]+)(?:\{[^}]*\})?) (\S+))");
  Exposition read;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    const bool known = std::regex_match(line, match, help) ||
                       (std::regex_match(line, match, type) && read.types.emplace(match[1], match[2]).second) ||
                       (std::regex_match(line, match, sample) && read.types.contains(match[2]) &&
                        read.samples.emplace(match[1], std::stod(match[3])).second);
    if (!known) throw std::runtime_error("metrics: " + line);
  }
  return read;
}

}  // namespace xdpfwd::harness
