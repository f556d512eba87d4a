// Walks a JSON document, knowing where it is: every complaint names the JSON pointer (RFC 6901), and keys that
// nobody asked for are found.
#pragma once

#include <cstdint>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "common/error.h"

namespace xdpfwd {

class Reader {
 public:
  Reader(const nlohmann::json& value, std::string pointer) : value_(value), pointer_(std::move(pointer)) {}

  /// Throws Error (config) that names this place.
  [[noreturn]] void fail(const std::string& reason, const std::string& hint = {}) const;

  const std::string& pointer() const { return pointer_; }
  bool is_null() const { return value_.is_null(); }
  bool is_string() const { return value_.is_string(); }
  /// Each throws where the value is of another type or out of range.
  const std::string& string() const;
  std::uint32_t integer(std::uint32_t least, std::uint32_t most) const;
  /// An absolute path without `.`, `..` or NUL.
  std::string absolute_path() const;
  /// One that is short enough for a Unix socket.
  std::string socket_path() const;

  /// Calls with each element of an array.
  void each(const std::function<void(const Reader&)>& function) const;

  struct Key {
    std::string_view name;
    std::function<void(const Reader&)> read;
  };
  /// Reads an object: each key that is there, with its function. An unknown key is an error.
  void object(std::initializer_list<Key> keys) const;

 private:
  const nlohmann::json& value_;
  std::string pointer_;
};

}  // namespace xdpfwd
