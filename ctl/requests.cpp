#include "ctl/requests.h"

#include <algorithm>

#include "common/error.h"
#include "common/jsonrpc.h"
#include "common/text.h"
#include "ctl/command_line.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

void merge(json& whole, json part) {
  for (auto& [key, value] : part.items()) {
    if (value.is_array() && whole.contains(key)) {
      json& target = whole[key];
      target.insert(target.end(), value.begin(), value.end());
    } else if (key == "still_more") {
      whole[key] = whole.value(key, std::uint64_t{0}) + value.get<std::uint64_t>();
    } else {
      whole[key] = std::move(value);
    }
  }
}

std::size_t most_in_request(const Call& call) {
  const auto takes_addresses = [](const Parameter& parameter) { return parameter.kind == Kind::addresses; };
  return std::ranges::any_of(call.command->parameters, takes_addresses) ? max_request_addresses : max_request_prefixes;
}

/// The parameters of the request that begins with this prefix.
json with_prefixes(const Call& call, std::size_t first) {
  json params = call.params;
  json::array_t texts;
  const std::size_t last = std::min(first + most_in_request(call), call.prefixes.size());
  texts.reserve(last - first);
  for (std::size_t index = first; index < last; ++index) texts.emplace_back(to_string(call.prefixes[index]));
  params["prefixes"] = std::move(texts);
  return params;
}

/// The first of several requests moves the revision, and would wait to be confirmed when the second comes.
void refuse_in_parts(const Call& call) {
  for (const char* name : {"if_revision", "confirm_within"})
    if (call.params.contains(name))
      throw Error(Code::invalid,
                  about(call.command) + option_name(name) + " goes with " + grouped(max_request_prefixes) +
                      " prefixes at most, not with " + grouped(call.prefixes.size()),
                  "put them in a file; xdpfwctl import changes it all at once");
}

/// The error of a request that was not the first.
Error after(const Error& error, std::size_t done, std::size_t all) {
  return {error.code(),
          std::string(error.what()) + "; the first " + grouped(done) + " of " + counted(all, "prefix", "prefixes") +
              " are done",
          error.hint()};
}

}  // namespace

json send_all(const Call& call, const Send& send, const Receive& receive) {
  if (call.prefixes.empty()) {
    send(call.params);
    return receive();
  }
  const std::size_t all = call.prefixes.size();
  const std::size_t most = most_in_request(call);
  if (all > most) refuse_in_parts(call);
  json whole = json::object();
  json params = with_prefixes(call, 0);
  for (std::size_t first = 0; first < all; first += most) {
    const std::size_t last = std::min(first + most, all);
    try {
      send(params);
      if (last < all) params = with_prefixes(call, last);  // while the daemon works
      merge(whole, receive());
    } catch (const Error& error) {
      // What is not durable is in force: its request counts as done, and those after it were not sent.
      const std::size_t done = error.code() == Code::not_durable ? last : first;
      if (all <= most || done == 0) throw;
      throw after(error, done, all);
    }
  }
  return whole;
}

}  // namespace xdpfwd::ctl
