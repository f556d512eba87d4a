#include "common/json.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "common/error.h"
#include "common/text.h"

namespace xdpfwd {
namespace {

using nlohmann::json;

/// Strings of a text that are long and plain, as the hosts of a list. The library reads a string byte by byte, which
/// takes ten times as long as finding its end, so it gets the text without what is in these.
class LongStrings {
 public:
  LongStrings() = default;
  explicit LongStrings(std::string_view text) {
    if (text.size() < least) return;
    std::size_t copied = 0;
    std::size_t number = 0;
    for (std::size_t begin = text.find('"'); begin != text.npos; ++number) {
      const std::size_t end = end_of(text, ++begin);
      const std::string_view content = text.substr(begin, end - begin);
      if (end != text.npos && content.size() >= least && is_plain(content)) {
        rest_.append(text, copied, begin - copied);
        found_.push_back({number, content});
        copied = end;
      }
      begin = end == text.npos ? end : text.find('"', end + 1);
    }
    if (!empty()) rest_.append(text, copied);
  }

  bool empty() const { return found_.empty(); }
  std::string take_rest() { return std::move(rest_); }

  /// Puts back what is in the next string of the text. Called with each, as the library comes to it.
  void restore(std::string& next) {
    if (restored_ < found_.size() && found_[restored_].number == passed_) next = found_[restored_++].content;
    ++passed_;
  }

 private:
  static constexpr std::size_t least = 1024;

  struct Found {
    std::size_t number;  // of the strings before it, keys among them
    std::string_view content;
  };

  static std::size_t end_of(std::string_view text, std::size_t begin) {
    const std::size_t quote = text.find('"', begin);
    if (quote == text.npos || text.substr(begin, quote - begin).find('\\') == text.npos) return quote;
    while (begin < text.size() && text[begin] != '"') begin += text[begin] == '\\' ? 2 : 1;
    return begin < text.size() ? begin : text.npos;
  }

  /// Whether every byte stands for itself: printable ASCII, no escape.
  static bool is_plain(std::string_view content) {
    return std::ranges::all_of(content, [](char byte) { return byte >= ' ' && byte <= '~' && byte != '\\'; });
  }

  std::string rest_;
  std::vector<Found> found_;
  std::size_t restored_ = 0;
  std::size_t passed_ = 0;
};

/// Builds the document while the library reads it, and refuses what the library's own builder lets
/// through: depth, and a key that comes twice. The library's callback could refuse them as well, but
/// after each object it searches the whole array around it.
class Builder : public nlohmann::json_sax<json> {
 public:
  Builder(std::size_t most_bytes, LongStrings& strings) : left_(most_bytes), strings_(strings) {}

  json document;

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override { return add(value); }
  bool number_float(double value, const std::string&) override { return add(value); }
  bool string(std::string& value) override {
    strings_.restore(value);
    take(bytes_of(value));
    return add(std::move(value));
  }
  bool binary(json::binary_t& value) override { return add(std::move(value)); }
  bool start_object(std::size_t) override { return open(json::object(), object_bytes); }
  bool start_array(std::size_t) override { return open(json::array(), array_bytes); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& name) override {
    strings_.restore(name);
    take(member_bytes + bytes_of(name));
    const auto [member, is_new] = open_.back()->get_ref<json::object_t&>().try_emplace(std::move(name));
    if (!is_new)
      throw Error(Code::parse, "JSON: key \"" + escaped(shortened(member->first)) + "\" is there twice",
                  "keep one of the two");
    member_ = &member->second;
    return true;
  }

  /// Bad syntax, or a number too large for any type.
  bool parse_error(std::size_t, const std::string&, const json::exception& error) override {
    throw Error(Code::parse, "JSON: " + json_message(error));
  }

 private:
  // What they take besides a value's own bytes, with what the allocator adds.
  static constexpr std::size_t array_bytes = 32;
  static constexpr std::size_t object_bytes = 64;
  static constexpr std::size_t member_bytes = 32;

  static std::size_t bytes_of(const std::string& text) {
    const bool inside = text.size() < 16;
    return 48 + (inside ? 0 : text.size() + 16);
  }

  void take(std::size_t bytes) {
    if (bytes > left_)
      throw Error(Code::parse, "JSON: there is more in it than fits into the memory for it", "send less at once");
    left_ -= bytes;
  }

  bool add(json value) {
    place(std::move(value));
    return true;
  }

  bool open(json empty, std::size_t bytes) {
    take(bytes);
    if (open_.size() == max_json_depth)
      throw Error(Code::parse, "JSON: nested deeper than " + std::to_string(max_json_depth));
    open_.push_back(&place(std::move(empty)));
    return true;
  }

  bool close() {
    open_.pop_back();
    return true;
  }

  /// An open array or object never moves: what would move it is an addition to the one around it.
  json& place(json value) {
    take(sizeof(json));
    if (open_.empty()) return document = std::move(value);
    if (open_.back()->is_object()) return *member_ = std::move(value);
    return open_.back()->get_ref<json::array_t&>().emplace_back(std::move(value));
  }

  std::size_t left_;
  LongStrings& strings_;
  std::vector<json*> open_;
  json* member_ = nullptr;  ///< where the value of the last key goes
};

json build(std::string_view text, Comments comments, std::size_t most_bytes, LongStrings strings) {
  Builder builder(most_bytes, strings);
  json::sax_parse(text, &builder, json::input_format_t::json, true, comments == Comments::allowed);
  return std::move(builder.document);
}

/// The document, where there are long strings in it and nothing is wrong.
std::optional<json> build_around_long_strings(std::string_view text, std::size_t most_bytes) try {
  LongStrings strings(text);
  if (strings.empty()) return std::nullopt;
  const std::string rest = strings.take_rest();
  return build(rest, Comments::refused, most_bytes, std::move(strings));
} catch (const Error&) {
  return std::nullopt;  // the whole text tells what is wrong, and where
}

}  // namespace

json parse_json(std::string_view text, Comments comments, std::size_t most_bytes) {
  // The library takes a NUL byte for the end, and never looks at what follows it.
  if (const std::size_t nul = text.find('\0'); nul != text.npos)
    throw Error(Code::parse, "JSON: there is a NUL byte at offset " + std::to_string(nul));
  // Comments may have quotes in them.
  std::optional<json> document;
  if (comments == Comments::refused) document = build_around_long_strings(text, most_bytes);
  return document ? std::move(*document) : build(text, comments, most_bytes, {});
}

std::string json_message(const json::exception& error) {
  const std::string_view what = error.what();
  const std::size_t id = what.find("] ");
  // It has all that the library has read of a token, and only then what is wrong with it.
  return escaped(shortened_inside(id == what.npos ? what : what.substr(id + 2)));
}

std::string dump_json(const json& document) { return document.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace xdpfwd
