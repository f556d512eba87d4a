#include "ctl/requests.h"

#include <algorithm>

#include "common/error.h"
#include "common/jsonrpc.h"
#include "ctl/units.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

void merge(json& whole, json part) {
  for (auto& [key, value] : part.items()) {
    if (value.is_array() && whole.contains(key)) {
      json& target = whole[key];
      target.insert(target.end(), value.begin(), value.end());
    } else {
      whole[key] = std::move(value);
    }
  }
}

/// The error of a request that was not the first.
Error after(const Error& error, std::size_t done, std::size_t all) {
  return {error.code(),
          std::string(error.what()) + "; the first " + grouped(done) + " of " + counted(all, "prefix", "prefixes") +
              " are done",
          error.hint()};
}

}  // namespace

json send_all(const Call& call, const Send& send) {
  if (call.prefixes.empty()) return send(call.params);
  json whole = json::object();
  json params = call.params;
  for (std::size_t first = 0; first < call.prefixes.size(); first += max_request_prefixes) {
    const std::size_t last = std::min(first + max_request_prefixes, call.prefixes.size());
    json& texts = params["prefixes"] = json::array();
    for (std::size_t index = first; index < last; ++index) texts.push_back(to_string(call.prefixes[index]));
    try {
      merge(whole, send(params));
    } catch (const Error& error) {
      // What is not durable is in force: its request counts as done, and those after it were not sent.
      const std::size_t done = error.code() == Code::not_durable ? last : first;
      if (call.prefixes.size() <= max_request_prefixes || done == 0) throw;
      throw after(error, done, call.prefixes.size());
    }
  }
  return whole;
}

}  // namespace xdpfwd::ctl
