// The daemon as somebody asks it who must not wait for it: requests go out, answers are taken when they are there, and
// a daemon that goes may come back.
#pragma once

#include <chrono>
#include <functional>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ctl/client.h"

namespace xdpfwd::ctl {

class DaemonLink {
 public:
  using Clock = std::chrono::steady_clock;
  struct Request {
    std::string_view method;
    nlohmann::json params;
  };
  struct Answer {
    std::string_view method;
    nlohmann::json result;
  };

  /// `timeout` is for each answer.
  DaemonLink(std::string socket, std::chrono::seconds timeout) : socket_(std::move(socket)), timeout_(timeout) {}

  /// Sends these one after another, each once the one before was answered; connects where need be. Drops what is still
  /// unanswered where that has taken too long, otherwise waits for it instead. Throws Error; the connection is then
  /// gone.
  void ask(std::vector<Request> requests);
  /// For poll(); -1 where nothing is expected.
  int fd() const { return daemon_ && !pending_.empty() ? daemon_->fd() : -1; }
  /// Takes the answer that is there, and sends the next request. Throws as ask().
  Answer take();

 private:
  void send_next();
  template <typename Action>
  auto or_disconnect(Action action);

  std::string socket_;
  std::chrono::seconds timeout_;
  std::optional<Connection> daemon_;
  std::vector<Request> pending_;  // the first is sent
  Clock::time_point asked_;
};

}  // namespace xdpfwd::ctl
