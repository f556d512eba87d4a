// Sets in the JSON of nftables, as libnftables-json(5) describes it: what `nft -j list sets` and `nft -j list ruleset`
// write, and what `nft -j -f` reads. It is read token by token, so that a set of any size takes no memory.
#include <iterator>
#include <nlohmann/json.hpp>

#include "common/error.h"
#include "common/json.h"
#include "common/list_formats.h"
#include "common/list_nft_element.h"
#include "common/text.h"

namespace xdpfwd {
namespace {

using nlohmann::json;

/// Only a name, a comment or an address is read as a whole; none is nearly as long.
constexpr std::size_t longest_token = 65536;
/// More than max_json_depth: the expressions of a ruleset's rules are deep, and nothing is built from them here.
constexpr std::size_t most_depth = 64;

/// Why reading ends before the list does.
struct Broken {
  std::string why;
};

/// The bytes of the list for the library, which knows no bound for a token itself.
struct ByteIterator {
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = char;

  ListInput* input = nullptr;
  std::size_t* since_token = nullptr;

  char operator*() const {
    const char byte = input->byte();
    if (byte == '\0') throw Broken{"there is a NUL byte in it"};  // the library would take it for the end
    return byte;
  }
  ByteIterator& operator++() {
    if (++*since_token > longest_token)
      throw Broken{"something in it is longer than " + std::to_string(longest_token) + " bytes"};
    input->skip_byte();
    return *this;
  }
  /// For the comparison with the end, which has no input.
  bool operator==(const ByteIterator& other) const {
    return input == other.input || (other.input == nullptr && input->at_end());
  }
};

/// Keeps track of where in the document a token is, and tells the elements what is said of them.
class Tokens : public json::json_sax_t {
 public:
  Tokens(NftElements& elements, std::size_t& since_token) : elements_(elements), since_token_(since_token) {}

  bool has_sets() const { return has_list_; }

  bool key(json::string_t& name) override {
    since_token_ = 0;
    key_ = name;
    return true;
  }
  bool start_object(std::size_t) override { return open(false); }
  bool start_array(std::size_t) override { return open(true); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool string(json::string_t& value) override { return scalar(&value, std::nullopt); }
  bool number_unsigned(json::number_unsigned_t value) override { return scalar(nullptr, value); }
  bool number_integer(json::number_integer_t) override { return scalar(nullptr, std::nullopt); }
  bool number_float(json::number_float_t, const json::string_t&) override { return scalar(nullptr, std::nullopt); }
  bool boolean(bool) override { return scalar(nullptr, std::nullopt); }
  bool null() override { return scalar(nullptr, std::nullopt); }
  bool binary(json::binary_t&) override { return scalar(nullptr, std::nullopt); }

  bool parse_error(std::size_t, const std::string&, const json::exception& error) override {
    throw Broken{"its JSON breaks off: " + json_message(error)};
  }

 private:
  /// What an open object or array is.
  enum class Place : std::uint8_t { document, list, command, set, elements, element, wrapped, range, prefix, other };

  /// What the object or array is that opens now.
  Place place_of(bool array) const {
    if (places_.empty()) return array ? Place::other : Place::document;
    switch (places_.back()) {
      case Place::document:
        return array && key_ == "nftables" ? Place::list : Place::other;
      case Place::list:
        return array ? Place::other : Place::command;
      case Place::command:
        if (array) return Place::other;
        if (key_ == "add" || key_ == "create") return Place::command;
        return key_ == "set" || key_ == "element" || key_ == "map" ? Place::set : Place::other;
      case Place::set:
        return key_ != "elem" ? Place::other : array ? Place::elements : Place::element;
      case Place::elements:
        return array ? Place::other : Place::element;
      case Place::element:
        if (key_ == "range" && array) return Place::range;
        return array ? Place::other : key_ == "prefix" ? Place::prefix : key_ == "elem" ? Place::wrapped : Place::other;
      case Place::wrapped:
        return !array && key_ == "val" ? Place::element : Place::other;
      default:
        return Place::other;
    }
  }

  /// True where what is in this place is an element as a whole.
  bool holds_elements(Place place) const { return place == Place::elements || (place == Place::set && key_ == "elem"); }

  bool open(bool array) {
    since_token_ = 0;
    if (places_.size() == most_depth) throw Broken{"it is nested deeper than " + std::to_string(most_depth)};
    const Place place = place_of(array);
    const Place around = places_.empty() ? Place::document : places_.back();
    if (place == Place::list) has_list_ = true;
    if (place == Place::set) elements_.begin_set(key_ == "map");
    if (place == Place::other && around == Place::set && key_ == "type" && array)
      elements_.unreadable("its elements are put together of several types");
    if (place != Place::elements && holds_elements(around)) {
      elements_.begin();
      element_depth_ = places_.size();
    }
    if (place == Place::other && (is_part_of_address(around) || is_value(around)))
      elements_.problem("is no address, prefix or range");
    places_.push_back(place);
    return true;
  }

  bool close() {
    since_token_ = 0;
    const Place place = places_.back();
    places_.pop_back();
    if (place == Place::range) elements_.end_range();
    if (element_depth_ == places_.size()) {
      elements_.end();
      element_depth_.reset();
    }
    return true;
  }

  static bool is_part_of_address(Place place) {
    return place == Place::elements || place == Place::element || place == Place::range || place == Place::prefix;
  }
  bool is_value(Place place) const { return place == Place::wrapped && key_ == "val"; }

  bool scalar(const std::string* text, std::optional<std::uint64_t> number) {
    since_token_ = 0;
    const Place place = places_.empty() ? Place::other : places_.back();
    if (holds_elements(place)) {
      elements_.begin();
      elements_.address(text);
      elements_.end();
    } else if (place == Place::element) {
      elements_.problem("is no address, prefix or range");
    } else if (place == Place::range) {
      elements_.range_part(text);
    } else if (place == Place::set) {
      if (key_ == "type" && text != nullptr) elements_.type(*text);
      if (key_ == "name" && text != nullptr) elements_.name(*text);
      if (key_ == "timeout" && number) elements_.set_time_to_live(*number);
    } else if (place == Place::prefix) {
      if (key_ == "addr") elements_.address(text);
      if (key_ == "len") elements_.length(number);
    } else if (place == Place::wrapped) {
      if (key_ == "val") elements_.address(text);
      if (key_ == "timeout") elements_.time_to_live(number);
      if (key_ == "expires") elements_.time_left(number);
      if (key_ == "comment" && text != nullptr) elements_.comment(*text);
    }
    return true;
  }

  NftElements& elements_;
  std::size_t& since_token_;
  std::vector<Place> places_;
  std::optional<std::size_t> element_depth_;  // the size of places_ around the open element
  std::string key_;                           // the last one
  bool has_list_ = false;
};

}  // namespace

void read_nft(ListInput& input, std::int64_t now, ListTally& tally) {
  NftElements elements(tally, now);
  std::size_t since_token = 0;
  Tokens tokens(elements, since_token);
  try {
    json::sax_parse(ByteIterator{&input, &since_token}, ByteIterator{}, &tokens);
    if (!tokens.has_sets()) tally.summary.cut_short = "there is no \"nftables\" in it";
  } catch (const Broken& broken) {
    tally.summary.cut_short = broken.why;
  }
}

}  // namespace xdpfwd
