// The blocklist as `list` shows it, page by page: memory doesn't grow with the list.
#pragma once

#include <algorithm>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "ctl/table.h"

namespace xdpfwd::ctl {

class Listing {
 public:
  enum class Form : std::uint8_t { table, json_text };

  struct Wanted {
    std::optional<std::uint64_t> limit = {};  // of entries
    bool overlaps = false;                    // entries that overlap, with what covers them
  };

  /// `now` is Unix seconds.
  Listing(Form form, bool color, std::int64_t now, Wanted wanted);

  /// Text for a page, the result of the method `list`.
  std::string page(const nlohmann::json& result);
  /// Text after the last page.
  std::string end() const;

  /// The cursor of the next page; null where there is none, or no more is wanted.
  nlohmann::json next() const { return missing() == 0 ? nlohmann::json() : next_; }
  /// How many entries are wanted besides, where there is a limit.
  std::uint64_t missing() const { return wanted_.limit ? *wanted_.limit - std::min(*wanted_.limit, shown_) : 1; }

 private:
  void add_entry(const nlohmann::json& entry);
  std::string json_page(const nlohmann::json& entries);
  std::string json_end() const;
  std::string overlaps_end(std::uint64_t total) const;

  Form form_;
  bool color_;
  std::int64_t now_;
  Wanted wanted_;
  Table table_;
  bool begun_ = false;
  std::uint64_t shown_ = 0;
  nlohmann::json next_;
  nlohmann::json total_;
  nlohmann::json revision_;
};

}  // namespace xdpfwd::ctl
