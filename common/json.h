// Reading and writing JSON the strict way, for the protocol and the config file alike.
#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

namespace xdpfwd {

enum class Comments : bool { refused, allowed };

/// Deepest nesting of arrays and objects. A document deeper than this is refused while it is read: the
/// library would crash when it copies or prints one that is nested 100,000 deep.
inline constexpr int max_json_depth = 16;

/// Parses one JSON document (RFC 8259; `//` and `/* */` where comments are allowed). Throws Error
/// (parse) with line and column for bad syntax or UTF-8, and for an object that has a key twice, of
/// which the library would silently take the last. So it does where the document would take more memory
/// than `most_bytes`: what is two bytes of text, as `{}`, takes up to forty times as many.
nlohmann::json parse_json(std::string_view text, Comments comments = Comments::refused,
                          std::size_t most_bytes = SIZE_MAX);

/// The library's message without its own error id, escaped, and without the middle of it where that is long.
std::string json_message(const nlohmann::json::exception& error);

/// One line without a newline; bytes that are not UTF-8 become U+FFFD.
std::string dump_json(const nlohmann::json& json);

}  // namespace xdpfwd
