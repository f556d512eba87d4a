// How many refusals of one user are worth a line each, so that nobody can flood the journal by asking for what he may
// not have.
#pragma once

#include <sys/types.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <functional>
#include <iterator>
#include <map>
#include <utility>

namespace xdpfwd {

class RefusalLimit {
 public:
  using Time = std::chrono::steady_clock::time_point;

  /// Whether this one is to be told: 20 at once, and 10 a second. Counts it otherwise.
  bool admits(uid_t uid, Time now) {
    const auto [found, is_new] = users_.try_emplace(uid, User{burst, now, 0});
    User& user = found->second;
    user.left = std::min(burst, user.left + rate * std::chrono::duration<double>(now - user.seen).count());
    user.seen = now;
    if (user.left < 1) {
      ++user.untold;
      return false;
    }
    user.left -= 1;
    return true;
  }

  /// Hands out how many of each user's were not told since the last time. Forgets whoever has not been refused anything
  /// for a while.
  void take_untold(Time now, const std::function<void(uid_t, std::size_t)>& tell) {
    for (auto user = users_.begin(); user != users_.end();) {
      if (user->second.untold > 0) tell(user->first, std::exchange(user->second.untold, 0));
      user = now - user->second.seen > std::chrono::minutes(1) ? users_.erase(user) : std::next(user);
    }
  }

 private:
  static constexpr double burst = 20;
  static constexpr double rate = 10;  // a second

  struct User {
    double left;
    Time seen;
    std::size_t untold;
  };
  std::map<uid_t, User> users_;
};

}  // namespace xdpfwd
