// Several connections with requests under way at the same time, and a reference that has to explain all answers.
#pragma once

#include <deque>
#include <vector>

#include "tests/integration/live_program.h"
#include "tests/integration/reference.h"

namespace xdpfwd::harness {

class ModelClients {
 public:
  static constexpr unsigned count = 4;

  explicit ModelClients(Reference reference) : reference_(std::move(reference)) {}

  /// New connections, to a daemon that has just started.
  void connect_to(const Sandbox& sandbox);
  ctl::Connection& connection() { return connections_.back(); }

  struct Sent {
    unsigned client;
    ModelRequest request;
  };
  /// Sends all of them without waiting, then reads the answers. The daemon may take those of different connections in
  /// any order; the test fails where no order explains the answers.
  void exchange(std::vector<Sent> requests);
  ModelRequest ask(ModelRequest request);

  Reference& reference() { return reference_; }
  std::size_t commands() const { return commands_; }
  std::size_t errors(const std::string& reason) const {
    const auto found = errors_.find(reason);
    return found == errors_.end() ? 0 : found->second;
  }

 private:
  using Queues = std::vector<std::deque<ModelRequest>>;

  bool explain(const Reference& so_far, const Queues& rest, const std::string& story);

  Reference reference_;
  std::vector<ctl::Connection> connections_;
  std::uint64_t number_ = 0;
  std::size_t commands_ = 0;
  std::map<std::string, std::size_t> errors_;
  std::pair<std::size_t, std::string> furthest_;  // the order that explained most, with its length
};

}  // namespace xdpfwd::harness
