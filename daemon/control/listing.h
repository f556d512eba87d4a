// The items of an answer that may be long, each written as it is made: as values they would take many times as much
// memory as their text.
#pragma once

#include <cstddef>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "common/json.h"

namespace xdpfwd {

/// Bytes of the items in an answer, beyond which none is added. A page, of which another follows, is a small answer.
inline constexpr std::size_t max_answer_bytes = 4 * 1024 * 1024;
inline constexpr std::size_t max_page_bytes = std::size_t{48} * 1024;
inline constexpr std::size_t small_answer_bytes = std::size_t{64} * 1024;

class Listing {
 public:
  /// From now on the answer has an array of this name; it is empty where nothing is added.
  void begin(std::string_view name) { name_ = name; }
  void add(const nlohmann::json& item) { (items_ += items_.empty() ? "" : ",") += dump_json(item); }

  std::size_t bytes() const { return items_.size(); }
  /// None where the answer has no such array.
  std::string_view name() const { return name_; }
  /// With commas between them.
  const std::string& items() const { return items_; }

 private:
  std::string_view name_;
  std::string items_;
};

}  // namespace xdpfwd
