// Turns at what takes much memory, one connection at a time: a long request, from the moment when it turns out to be
// long, and a long answer, until it was taken. Short ones need none, so whoever has nothing long to say never waits.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>

#include "daemon/sockets/asio.h"

namespace xdpfwd {

class Turns {
 public:
  using Clock = std::chrono::steady_clock;
  /// While others wait. Whoever sends and reads without a pause needs a hundredth of it, unless others have his processor.
  static constexpr std::chrono::seconds longest{2};

  /// Whose turn it is.
  struct Holder {
    uid_t user;
    Clock::time_point since;
    std::function<void()> give_up;
  };

 private:
  struct Waiter {
    uid_t user;
    boost::asio::steady_timer& news;
    bool has_turn = false;
  };
  struct State {
    std::optional<Holder> holder;
    std::list<Waiter*> waiting;
    std::uint64_t turns = 0;
    std::map<uid_t, std::uint64_t> last_turn;  // of users who wait again

    void begin(Holder next);
    void end();
  };

 public:
  /// A turn, for as long as it is held. It may outlive the Turns.
  class Turn {
   public:
    Turn() = default;
    explicit Turn(std::shared_ptr<State> state) : state_(std::move(state)) {}
    Turn(Turn&& other) noexcept : state_(std::move(other.state_)) {}
    Turn& operator=(Turn&& other) noexcept {
      state_.swap(other.state_);
      return *this;
    }
    ~Turn() {
      if (state_) state_->end();
    }
    explicit operator bool() const { return state_ != nullptr; }
    /// It lasts as long again.
    void renew() { state_->holder->since = Clock::now(); }

   private:
    std::shared_ptr<State> state_;
  };

  /// Without waiting; nothing where it is somebody else's.
  Turn take_if_free(uid_t user, std::function<void()> give_up);
  /// Waits for it. `give_up` is called once the turn has lasted too long and others wait; it has to have the turn
  /// ended. Of those who wait, another user than the one before comes next, so that one user, however many connections
  /// he has, is waited for once.
  boost::asio::awaitable<Turn> take(uid_t user, std::function<void()> give_up);

 private:
  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace xdpfwd
