#include "daemon/config/reader.h"

#include <algorithm>
#include <filesystem>

#include "common/text.h"

namespace xdpfwd {
namespace {

/// A key as a JSON pointer has it (RFC 6901, section 3).
std::string pointer_token(std::string_view key) {
  std::string token;
  for (const char c : escaped(key)) token += c == '~' ? "~0" : c == '/' ? "~1" : std::string(1, c);
  return token;
}

}  // namespace

void Reader::fail(const std::string& reason, const std::string& hint) const {
  throw Error(Code::config, (pointer_.empty() ? "the document" : pointer_) + ": " + reason, hint);
}

const std::string& Reader::string() const {
  if (!value_.is_string()) fail("must be a string");
  return value_.get_ref<const std::string&>();
}

std::uint32_t Reader::integer(std::uint32_t least, std::uint32_t most) const {
  const bool fits =
      value_.is_number_unsigned() && value_.get<std::uint64_t>() >= least && value_.get<std::uint64_t>() <= most;
  if (!fits) fail("must be a whole number from " + std::to_string(least) + " to " + std::to_string(most));
  return value_.get<std::uint32_t>();
}

std::string Reader::absolute_path() const {
  const std::filesystem::path path = string();
  if (!path.is_absolute() || path != path.lexically_normal() || !path.has_filename() ||
      path.native().find('\0') != std::string::npos)
    fail("must be an absolute path without \".\" or \"..\" and without a slash at its end");
  return path;
}

std::string Reader::socket_path() const {
  std::string path = absolute_path();
  if (path.size() > 107) fail("is longer than the 107 bytes that a socket's path can have");
  return path;
}

void Reader::each(const std::function<void(const Reader&)>& function) const {
  if (!value_.is_array()) fail("must be an array");
  for (std::size_t index = 0; index < value_.size(); ++index)
    function(Reader(value_[index], pointer_ + "/" + std::to_string(index)));
}

void Reader::object(std::initializer_list<Key> keys) const {
  if (!value_.is_object()) fail("must be an object");
  std::string known;
  for (const Key& key : keys) known += (known.empty() ? "" : ", ") + std::string(key.name);
  for (const auto& [name, value] : value_.items()) {
    const Reader item(value, pointer_ + "/" + pointer_token(name));
    const auto key = std::ranges::find(keys, name, &Key::name);
    if (key == keys.end()) item.fail("unknown key", "the keys here are: " + known);
    key->read(item);
  }
}

}  // namespace xdpfwd
