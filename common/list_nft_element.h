// The elements of nftables' sets, put together from what their JSON says of them bit by bit.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "common/list_item.h"

namespace xdpfwd {

class NftElements {
 public:
  /// `now` is Unix seconds.
  NftElements(ListTally& tally, std::int64_t now) : tally_(tally), now_(now) {}

  /// What follows is of another set, or of a map, whose elements are pairs.
  void begin_set(bool map);
  void name(std::string_view name);
  /// The type of the set's elements. Those of a type that is not only addresses are counted as one bad element.
  void type(std::string_view type);
  /// Why the set holds no addresses; the first reason stands.
  void unreadable(std::string_view why);
  /// Of elements that tell none themselves; seconds, 0 is forever.
  void set_time_to_live(std::uint64_t seconds) { set_.time_to_live = seconds; }

  void begin();
  // What the element is. Whatever is no text, or no number, is a problem.
  void address(const std::string* text);
  void length(std::optional<std::uint64_t> bits);
  void range_part(const std::string* text);
  void end_range();
  // What else is said of it. Seconds; of the first, 0 is forever.
  void time_to_live(std::optional<std::uint64_t> seconds);
  void time_left(std::optional<std::uint64_t> seconds);
  void comment(std::string_view text) { element_.comment = text; }
  /// Why it is a bad one; the first reason stands.
  void problem(std::string_view why);
  void end();

 private:
  struct Set {
    std::string name;
    std::string unreadable;  // why it holds no addresses
    bool told = false;       // that it doesn't
    std::uint64_t time_to_live = 0;
  };
  struct Element {
    std::string address;  // or a range
    std::string length;
    unsigned range_parts = 0;
    std::optional<std::uint64_t> time_to_live;
    std::optional<std::uint64_t> time_left;
    std::string comment;
    std::string problem;
  };

  void parse();

  ListTally& tally_;
  std::int64_t now_;
  std::uint64_t number_ = 0;  // of the element, in the whole of the list
  Set set_;
  Element element_;
  ParsedItem item_;
};

}  // namespace xdpfwd
