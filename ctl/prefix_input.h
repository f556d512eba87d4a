// The prefixes of a command: from its arguments and, where one of them is `-`, from standard input.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "common/prefix.h"

namespace xdpfwd::ctl {

class PrefixInput {
 public:
  /// Adds an address, a prefix or a range. Throws Error (invalid).
  void add(std::string_view text);

  /// Adds part of a text with one address, prefix or range a line; `#` and `;` begin a comment, blank lines
  /// are skipped. Throws Error (invalid) that names the line.
  void add_lines(std::string_view part);
  /// Adds the last line, where no newline ended it.
  void end_lines();

  const std::vector<Prefix>& prefixes() const { return prefixes_; }
  /// What was changed without being asked, a line each.
  std::string notes() const;

 private:
  void add_line(std::string_view line);

  std::vector<Prefix> prefixes_;
  std::vector<std::string> masked_;  // as written, with host bits; the first few
  std::size_t masked_count_ = 0;
  std::string unfinished_;
  std::uint64_t line_ = 0;
};

/// Reads all operands; `-` stands for what `input_fd` holds. Throws Error (invalid), also where that is nothing.
PrefixInput read_prefixes(const std::vector<std::string>& operands, int input_fd);

}  // namespace xdpfwd::ctl
