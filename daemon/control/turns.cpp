#include "daemon/control/turns.h"

#include <algorithm>

namespace xdpfwd {
namespace asio = boost::asio;

void Turns::State::begin(Holder next) {
  last_turn[next.user] = ++turns;
  holder = std::move(next);
}

void Turns::State::end() {
  holder.reset();
  std::erase_if(last_turn, [this](const auto& user) {
    return std::ranges::find(waiting, user.first, &Waiter::user) == waiting.end();
  });
  if (waiting.empty()) return;
  const auto next = std::ranges::min_element(waiting, {}, [this](const Waiter* waiter) {
    const auto found = last_turn.find(waiter->user);
    return found == last_turn.end() ? 0 : found->second;
  });
  Waiter& waiter = **next;
  waiting.erase(next);
  waiter.has_turn = true;
  begin({waiter.user, Clock::now(), {}});
  waiter.news.cancel();
}

Turns::Turn Turns::take_if_free(uid_t user, std::function<void()> give_up) {
  if (state_->holder) return {};
  state_->begin({user, Clock::now(), std::move(give_up)});
  return Turn(state_);
}

asio::awaitable<Turns::Turn> Turns::take(uid_t user, std::function<void()> give_up) {
  if (Turn turn = take_if_free(user, give_up)) co_return turn;
  const std::shared_ptr<State> state = state_;
  asio::steady_timer news(co_await asio::this_coro::executor);
  Waiter waiter{user, news};
  state->waiting.push_back(&waiter);
  // A connection that is open when the daemon ends is destroyed while it waits here.
  const std::shared_ptr<void> leave(nullptr, [&](void*) { std::erase(state->waiting, &waiter); });
  while (!waiter.has_turn) {
    news.expires_at(state->holder->since + longest);
    boost::system::error_code woken;
    co_await news.async_wait(asio::redirect_error(asio::use_awaitable, woken));
    if (waiter.has_turn || Clock::now() < state->holder->since + longest) continue;
    state->holder->since = Clock::now();  // the turn ends soon, and others who wait need not say so as well
    if (state->holder->give_up) state->holder->give_up();
  }
  state->holder->give_up = std::move(give_up);
  co_return Turn(state);
}

}  // namespace xdpfwd
