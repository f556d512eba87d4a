#include "ctl/daemon_link.h"

#include <utility>

#include "common/error.h"
#include "common/text.h"

namespace xdpfwd::ctl {

template <typename Action>
auto DaemonLink::or_disconnect(Action action) {
  try {
    return action();
  } catch (...) {
    daemon_.reset();
    pending_.clear();
    throw;
  }
}

void DaemonLink::ask(std::vector<Request> requests) {
  or_disconnect([&] {
    if (!pending_.empty()) {
      if (Clock::now() - asked_ < timeout_) return;
      throw Error(Code::unreachable, "no answer within " + format_duration(timeout_));
    }
    if (!daemon_) daemon_.emplace(Connection::open(socket_, timeout_));
    pending_ = std::move(requests);
    send_next();
  });
}

DaemonLink::Answer DaemonLink::take() {
  return or_disconnect([&] {
    Answer answer{pending_.front().method, daemon_->receive()};
    pending_.erase(pending_.begin());
    if (!pending_.empty()) send_next();
    return answer;
  });
}

void DaemonLink::send_next() {
  asked_ = Clock::now();
  daemon_->send(pending_.front().method, pending_.front().params);
}

}  // namespace xdpfwd::ctl
