// What list_reader.cpp chooses from: the formats with an item a line, and nft's JSON.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/list_input.h"
#include "common/list_item.h"

namespace xdpfwd {

/// A format that has an item a line.
class LineFormat {
 public:
  virtual ~LineFormat() = default;

  /// Reads a line, which is trimmed, not empty and no comment. False where it is good but holds no item. Throws
  /// Error where it is bad.
  virtual bool read(std::string_view line, ParsedItem& item) = 0;
  /// Told of each line that was bad.
  virtual void was_bad() {}
  /// At the end: why the list seems not to be whole.
  virtual std::optional<std::string> cut_short() const { return std::nullopt; }
};

std::unique_ptr<LineFormat> plain_format();
std::unique_ptr<LineFormat> ndjson_format();
std::unique_ptr<LineFormat> ipset_format(std::int64_t now);

void read_nft(ListInput& input, std::int64_t now, ListTally& tally);

}  // namespace xdpfwd
