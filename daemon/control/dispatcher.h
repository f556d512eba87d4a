// From a request line to its answer: parse, find the row, check access and parameters, call the handler.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "daemon/control/audit.h"
#include "daemon/control/handlers.h"

namespace xdpfwd {

class Dispatcher {
 public:
  /// `reload` is called for the command of that name, so that it goes the same way as a SIGHUP.
  Dispatcher(Firewall& firewall, Lists& lists, Events& events, Log& log, Audit& audit, Reload reload)
      : firewall_(firewall), lists_(lists), events_(events), log_(log), audit_(audit), reload_(std::move(reload)) {}

  struct Answer {
    std::string line;
    bool close;               // the stream cannot be trusted any further
    bool repeatable = false;  // the same request may be answered again
  };
  /// Never throws: whatever goes wrong becomes an error in the answer.
  Answer answer(std::string_view line, Session& session);
  /// Gives back what nobody has asked for lately. Called now and then.
  void tidy() { busiest_.tidy(); }

 private:
  nlohmann::json call(const std::string& method, const nlohmann::json& params, Session& session, Listing& listing);

  Firewall& firewall_;
  Lists& lists_;
  Events& events_;
  Log& log_;
  Audit& audit_;
  Reload reload_;
  BusiestLately busiest_;
  std::shared_ptr<std::size_t> staged_weight_ = std::make_shared<std::size_t>(0);
  std::array<std::shared_ptr<std::size_t>, 2> waiting_{std::make_shared<std::size_t>(0),
                                                       std::make_shared<std::size_t>(0)};  // by access
};

}  // namespace xdpfwd
