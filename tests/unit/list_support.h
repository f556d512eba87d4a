// Lists from texts, for the tests of reader and writer.
#pragma once

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "common/list_reader.h"
#include "tests/unit/support.h"

namespace xdpfwd::test {

using Strings = std::vector<std::string>;
inline constexpr std::int64_t list_now = 1'700'000'000;

struct ReadList {
  ListSummary summary;
  Strings items;  // as described() has them
};

/// `1.1.1.0/24 2.2.2.2 source=cli action=drop reason=why since=1 until=2`, without what is empty.
inline std::string described(const ListItem& item) {
  std::string text;
  const auto add = [&text](std::string_view part) { text += (text.empty() ? "" : " ") + std::string(part); };
  for (const Prefix& prefix : item.prefixes) add(to_string(prefix));
  if (!item.source.empty()) add("source=" + std::string(item.source));
  if (!item.action.empty()) add("action=" + std::string(item.action));
  if (!item.reason.empty()) add("reason=" + std::string(item.reason));
  if (item.since) add("since=" + std::to_string(*item.since));
  if (item.until) add("until=" + std::to_string(*item.until));
  return text;
}

/// `piece` tells how many bytes come at once.
inline ReadList read_text(
    std::string_view text, ListFormat format = ListFormat::automatic,
    const std::function<std::size_t()>& piece = [] { return std::size_t{1} << 20; }) {
  ReadList read;
  const ByteSource source = [&](std::span<char> buffer) {
    const std::size_t size = std::min({buffer.size(), text.size(), piece()});
    std::ranges::copy(text.substr(0, size), buffer.begin());
    text.remove_prefix(size);
    return size;
  };
  read.summary = read_list(source, format, list_now, [&read](const ListItem& item) {
    read.items.push_back(described(item));
    return std::nullopt;
  });
  return read;
}

/// All that a summary tells, in a line.
inline std::string described(const ListSummary& summary) {
  std::string text = std::string(to_string(summary.format)) + " items=" + std::to_string(summary.items) +
                     " masked=" + std::to_string(summary.masked) + " bad=" + std::to_string(summary.bad);
  for (const BadLine& bad : summary.bad_lines) text += " [" + std::to_string(bad.line) + ": " + bad.reason + "]";
  return text + (summary.cut_short ? " cut short: " + *summary.cut_short : "");
}

}  // namespace xdpfwd::test
