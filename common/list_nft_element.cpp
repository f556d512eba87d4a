#include "common/list_nft_element.h"

#include "common/error.h"
#include "common/text.h"

namespace xdpfwd {

void NftElements::begin_set(bool map) {
  set_ = {};
  if (map) unreadable("a map holds pairs, no addresses");
}

void NftElements::name(std::string_view name) { set_.name = name; }

void NftElements::type(std::string_view type) {
  if (type != "ipv4_addr" && type != "ipv6_addr")
    unreadable("its elements are of type " + escaped(type) + ", no addresses");
}

void NftElements::unreadable(std::string_view why) {
  if (set_.unreadable.empty()) set_.unreadable = why;
}

void NftElements::begin() {
  ++number_;
  element_.address.clear();
  element_.length.clear();
  element_.range_parts = 0;
  element_.time_to_live.reset();
  element_.time_left.reset();
  element_.comment.clear();
  element_.problem.clear();
}

void NftElements::problem(std::string_view why) {
  if (element_.problem.empty()) element_.problem = why;
}

void NftElements::address(const std::string* text) {
  if (text == nullptr) return problem("is no address, prefix or range");
  if (!element_.address.empty()) return problem("is two addresses at once");
  element_.address = *text;
}

void NftElements::length(std::optional<std::uint64_t> bits) {
  if (bits)
    element_.length = "/" + std::to_string(*bits);
  else
    problem("has a prefix length that is no number");
}

void NftElements::range_part(const std::string* text) {
  if (++element_.range_parts == 1) return address(text);
  if (text == nullptr || element_.range_parts > 2) return problem("is no range of two addresses");
  element_.address += "-" + *text;
}

void NftElements::end_range() {
  if (element_.range_parts != 2) problem("is no range of two addresses");
}

void NftElements::time_to_live(std::optional<std::uint64_t> seconds) {
  if (!seconds) problem("has a timeout that is no number of seconds");
  element_.time_to_live = seconds;
}

void NftElements::time_left(std::optional<std::uint64_t> seconds) {
  if (!seconds) problem("has an end that is no number of seconds");
  element_.time_left = seconds;
}

void NftElements::parse() {
  const std::string text = element_.address + element_.length;
  if (!element_.problem.empty())
    throw Error(Code::invalid, (text.empty() ? "the element" : escaped(text)) + ": " + element_.problem);
  item_.clear();
  item_.read_prefixes(text);
  item_.reason = element_.comment;
  const std::uint64_t time_to_live = element_.time_to_live.value_or(set_.time_to_live);
  if (element_.time_left)
    item_.until = end_after(*element_.time_left, now_);
  else if (time_to_live > 0)
    item_.until = end_after(time_to_live, now_);
}

void NftElements::end() {
  if (!set_.unreadable.empty()) {
    if (!set_.told) tally_.bad(number_, "set " + escaped(set_.name) + ": " + set_.unreadable);
    set_.told = true;
    return;
  }
  try {
    parse();
  } catch (const Error& error) {
    return tally_.bad(number_, error.what());
  }
  tally_.take(number_, item_);
}

}  // namespace xdpfwd
