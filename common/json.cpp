#include "common/json.h"

#include <set>
#include <vector>

#include "common/error.h"
#include "common/text.h"

namespace xdpfwd {
namespace {

using nlohmann::json;

/// Refuses what the library lets through: depth, and a key that comes twice.
class Guard {
 public:
  bool operator()(int depth, json::parse_event_t event, json& parsed) {
    using Event = json::parse_event_t;
    const bool opens = event == Event::object_start || event == Event::array_start;
    if (opens && depth >= max_json_depth)
      throw Error(Code::parse, "JSON: nested deeper than " + std::to_string(max_json_depth));
    if (event == Event::object_start) keys_.emplace_back();
    if (event == Event::object_end) keys_.pop_back();
    if (event == Event::key && !keys_.back().insert(parsed.get<std::string>()).second)
      throw Error(Code::parse, "JSON: key \"" + escaped(parsed.get<std::string>()) + "\" is there twice",
                  "keep one of the two");
    return true;
  }

 private:
  std::vector<std::set<std::string>> keys_;
};

}  // namespace

json parse_json(std::string_view text, Comments comments) {
  // The library takes a NUL byte for the end, and never looks at what follows it.
  if (const std::size_t nul = text.find('\0'); nul != text.npos)
    throw Error(Code::parse, "JSON: there is a NUL byte at offset " + std::to_string(nul));
  try {
    Guard guard;
    return json::parse(
        text, [&guard](int depth, json::parse_event_t event, json& parsed) { return guard(depth, event, parsed); },
        true, comments == Comments::allowed);
  } catch (const json::exception& error) {  // bad syntax, or a number too large for any type
    throw Error(Code::parse, "JSON: " + json_message(error));
  }
}

std::string json_message(const json::exception& error) {
  const std::string_view what = error.what();
  const std::size_t id = what.find("] ");
  return escaped(id == what.npos ? what : what.substr(id + 2));
}

std::string dump_json(const json& document) { return document.dump(-1, ' ', false, json::error_handler_t::replace); }

}  // namespace xdpfwd
