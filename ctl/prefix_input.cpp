#include "ctl/prefix_input.h"

#include <unistd.h>

#include <array>
#include <cerrno>

#include "common/error.h"
#include "common/text.h"

namespace xdpfwd::ctl {
namespace {

/// Far longer than a range of two IPv6 addresses with a comment; it bounds what an endless line can take.
constexpr std::size_t longest_line = 4096;
constexpr std::size_t most_notes = 20;
constexpr std::string_view byte_order_mark = "\xef\xbb\xbf";

void read_all(int fd, PrefixInput& input) {
  std::array<char, 65536> block;
  for (;;) {
    const ssize_t size = read(fd, block.data(), block.size());
    if (size < 0 && errno == EINTR) continue;
    if (size < 0) throw system_error("read standard input", errno);
    if (size == 0) break;
    input.add_lines({block.data(), static_cast<std::size_t>(size)});
  }
  input.end_lines();
}

}  // namespace

void PrefixInput::add(std::string_view text) {
  bool has_host_bits = false;
  if (text.starts_with('-'))
    throw Error(Code::invalid, escaped(text) + ": is not an address", "an option goes before --");
  const std::vector<Prefix> parsed = parse_prefixes(text, &has_host_bits);
  prefixes_.insert(prefixes_.end(), parsed.begin(), parsed.end());
  if (has_host_bits && ++masked_count_ <= most_notes)
    masked_.push_back("note: " + escaped(text) + " has host bits; using " + to_string(parsed.front()) + "\n");
}

void PrefixInput::add_line(std::string_view line) {
  ++line_;
  if (line_ == 1 && line.starts_with(byte_order_mark)) line.remove_prefix(byte_order_mark.size());
  const std::string_view text = trimmed(line.substr(0, line.find_first_of("#;")));
  if (text.empty()) return;
  try {
    add(text);
  } catch (const Error& error) {
    const bool several = text.find_first_of(" \t,") != text.npos && text.find('-') == text.npos;
    throw Error(error.code(), "line " + std::to_string(line_) + ": " + error.what(),
                several ? "write one address, prefix or range a line" : error.hint());
  }
}

void PrefixInput::add_lines(std::string_view part) {
  for (std::size_t newline = part.find('\n'); newline != part.npos; newline = part.find('\n')) {
    unfinished_ += part.substr(0, newline);
    add_line(unfinished_);
    unfinished_.clear();
    part.remove_prefix(newline + 1);
  }
  unfinished_ += part;
  if (unfinished_.size() > longest_line)
    throw Error(Code::invalid,
                "line " + std::to_string(line_ + 1) + ": longer than " + std::to_string(longest_line) + " bytes",
                "write one address, prefix or range a line");
}

void PrefixInput::end_lines() {
  if (!unfinished_.empty()) add_line(unfinished_);
  unfinished_.clear();
  line_ = 0;
}

std::string PrefixInput::notes() const {
  std::string text;
  for (const std::string& note : masked_) text += note;
  if (masked_count_ > masked_.size())
    text += "note: " + grouped(masked_count_ - masked_.size()) + " more had host bits\n";
  return text;
}

PrefixInput read_prefixes(const std::vector<std::string>& operands, int input_fd) {
  PrefixInput input;
  for (const std::string& operand : operands) {
    if (operand == "-")
      read_all(input_fd, input);
    else
      input.add(operand);
  }
  // Not taken for success: an empty feed more often means that fetching it has failed.
  if (input.prefixes().empty() && !operands.empty())
    throw Error(Code::invalid, "standard input holds no prefix", "nothing was sent");
  return input;
}

}  // namespace xdpfwd::ctl
