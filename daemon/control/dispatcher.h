// From a request line to its answer: parse, find the row, check access and parameters, call the handler.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "daemon/control/peer.h"
#include "daemon/firewall/firewall.h"

namespace xdpfwd {

class Dispatcher {
 public:
  /// `reload` is called for the command of that name, so that it goes the same way as a SIGHUP.
  Dispatcher(Firewall& firewall, Log& log, std::function<Firewall::Reloaded()> reload)
      : firewall_(firewall), log_(log), reload_(std::move(reload)) {}

  struct Answer {
    std::string line;
    bool close;  // the stream cannot be trusted any further
  };
  /// Never throws: whatever goes wrong becomes an error in the answer.
  Answer answer(std::string_view line, const Peer& peer, Access access);

 private:
  nlohmann::json call(const std::string& method, const nlohmann::json& params, const Peer& peer, Access access);
  void audit(const Command& command, const nlohmann::json& params, const Peer& peer, const std::string& outcome);

  Firewall& firewall_;
  Log& log_;
  std::function<Firewall::Reloaded()> reload_;
};

}  // namespace xdpfwd
