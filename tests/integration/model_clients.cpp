#include "tests/integration/model_clients.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <ctime>

namespace xdpfwd::harness {
namespace {

using nlohmann::json;

/// What the reference tells of protected addresses is where they are, not in what words; when an unconfirmed change is
/// undone it does not tell.
void simplify(json& answer) {
  answer.erase("confirm_by");
  const auto members = answer.find("protected");
  if (members == answer.end()) return;
  for (json& member : *members) member = json(member["prefix"]);
}

std::string told(const ModelRequest& request, const std::string& objection = {}) {
  return request.method + " " + request.params.dump() + "\n    -> " +
         (request.error.empty() ? request.answer.dump() : request.error) +
         (objection.empty() ? "" : "\n    " + objection) + "\n";
}

}  // namespace

void ModelClients::connect_to(const Sandbox& sandbox) {
  connections_.clear();
  for (unsigned client = 0; client < count; ++client) connections_.push_back(connect(sandbox));
}

void ModelClients::exchange(std::vector<Sent> requests) {
  const std::int64_t first = std::time(nullptr);
  for (const auto& [client, request] : requests) connections_.at(client).send(request.method, request.params);
  Queues queues(count);
  for (auto& [client, request] : requests) {
    try {
      request.answer = connections_[client].receive();
      simplify(request.answer);
    } catch (const Error& error) {
      request.error = reason_of(error.code());
      ++errors_[request.error];
    }
    ++commands_;
    request.number = ++number_;
  }
  for (auto& [client, request] : requests) {
    request.when = {first, std::time(nullptr) + 1};
    queues[client].push_back(std::move(request));
  }
  furthest_ = {};
  if (explain(reference_, queues, "")) return;
  FAIL("no order explains these answers; the best one so far:\n" << furthest_.second);
}

/// Tries the next request of each connection in turn.
bool ModelClients::explain(const Reference& so_far, const Queues& rest, const std::string& story) {
  if (std::ranges::all_of(rest, &std::deque<ModelRequest>::empty)) {
    reference_ = so_far;
    return true;
  }
  for (unsigned client = 0; client < count; ++client) {
    if (rest[client].empty()) continue;
    Reference next = so_far;
    const ModelRequest& request = rest[client].front();
    if (const auto objection = next.explain(client, request)) {
      if (story.size() >= furthest_.first) furthest_ = {story.size(), story + told(request, *objection)};
      continue;
    }
    Queues others = rest;
    others[client].pop_front();
    if (explain(next, others, story + told(request))) return true;
  }
  return false;
}

ModelRequest ModelClients::ask(ModelRequest request) {
  const unsigned client = count - 1;
  exchange({{client, request}});
  return request;
}

}  // namespace xdpfwd::harness
