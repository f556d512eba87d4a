#include "common/json.h"

#include <vector>

#include "common/error.h"
#include "common/text.h"

namespace xdpfwd {
namespace {

using nlohmann::json;

/// Builds the document while the library reads it, and refuses what the library's own builder lets
/// through: depth, and a key that comes twice. The library's callback could refuse them as well, but
/// after each object it searches the whole array around it.
class Builder : public nlohmann::json_sax<json> {
 public:
  explicit Builder(std::size_t most_bytes) : left_(most_bytes) {}

  json document;

  bool null() override { return add(nullptr); }
  bool boolean(bool value) override { return add(value); }
  bool number_integer(std::int64_t value) override { return add(value); }
  bool number_unsigned(std::uint64_t value) override { return add(value); }
  bool number_float(double value, const std::string&) override { return add(value); }
  bool string(std::string& value) override {
    take(bytes_of(value));
    return add(std::move(value));
  }
  bool binary(json::binary_t& value) override { return add(std::move(value)); }
  bool start_object(std::size_t) override { return open(json::object(), object_bytes); }
  bool start_array(std::size_t) override { return open(json::array(), array_bytes); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }

  bool key(std::string& name) override {
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
  std::vector<json*> open_;
  json* member_ = nullptr;  ///< where the value of the last key goes
};

}  // namespace

json parse_json(std::string_view text, Comments comments, std::size_t most_bytes) {
  // The library takes a NUL byte for the end, and never looks at what follows it.
  if (const std::size_t nul = text.find('\0'); nul != text.npos)
    throw Error(Code::parse, "JSON: there is a NUL byte at offset " + std::to_string(nul));
  Builder builder(most_bytes);
  json::sax_parse(text, &builder, json::input_format_t::json, true, comments == Comments::allowed);
  return std::move(builder.document);
}

std::string json_message(const json::exception& error) {
  const std::string_view what = error.what();
  const std::size_t id = what.find("] ");
  // It has all that the library has read of a token, and only then what is wrong with it.
  return escaped(shortened_inside(id == what.npos ? what : what.substr(id + 2)));
}

std::string dump_json(const json& document) { return document.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace xdpfwd
