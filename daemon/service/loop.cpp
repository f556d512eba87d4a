#include "daemon/service/loop.h"

#include <csignal>

#include "common/error.h"

namespace xdpfwd {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// A detached link or an unpinned one makes no event, so the interfaces are looked at as well: one system call
// for each. Ends of claims are found by the same clock.
constexpr auto check_period = 200ms;
constexpr auto store_period = 5s;
// Long enough for the requests that have come meanwhile, which take several turns of the loop each.
constexpr auto pause_between_ends = 10ms;

}  // namespace

Loop::Loop(Firewall& firewall, Log& log)
    : firewall_(firewall),
      log_(log),
      signals_(io_, SIGTERM, SIGINT, SIGHUP),
      link_events_(io_, link_monitor_.fd()),
      lists_(firewall, log),
      list_watcher_(io_, lists_, log),
      health_(firewall, lists_, log, notifier_),
      dispatcher_(firewall, lists_, log, [this](const ReloadRequest& request) { return reload(request); }),
      server_(io_, firewall, log, dispatcher_) {}

Loop::~Loop() {
  link_events_.release();  // the monitor closes it
}

void Loop::run() {
  firewall_.on_progress([this] { notifier_.watchdog(); });
  const auto spawn = [this](asio::awaitable<void> task) { asio::co_spawn(io_, std::move(task), asio::detached); };
  spawn(follow_signals());
  spawn(follow_interfaces());
  spawn(repeat(check_period, [this] {
    firewall_.check_interfaces();
    expire();
    list_watcher_.tick();
    health_.look();
  }));
  spawn(repeat(store_period, [this] {
    firewall_.tend_store();
    firewall_.refresh_protected();
    list_watcher_.watch();
    health_.renew_status();
    dispatcher_.tidy();
  }));
  if (const auto interval = Notifier::watchdog_interval()) spawn(repeat(*interval, [this] { notifier_.watchdog(); }));
  asio::post(io_, [this] {
    notifier_.ready(health_.status_line());
    log_.info("ready: " + health_.status_line());
    guarded([this] { firewall_.settle(); });
    guarded([this] { lists_.configure({}); });
    guarded([this] { list_watcher_.watch(); });
  });
  io_.run();
}

asio::awaitable<void> Loop::follow_signals() {
  for (;;) {
    const int signal = co_await signals_.async_wait(asio::use_awaitable);
    if (signal == SIGHUP)
      guarded([this] { reload({}); });
    else
      end(signal);
  }
}

asio::awaitable<void> Loop::follow_interfaces() {
  for (;;) {
    co_await link_events_.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    if (!link_monitor_.drain()) continue;
    guarded([this] { firewall_.check_interfaces(); });
    guarded([this] { firewall_.refresh_protected(); });
  }
}

asio::awaitable<void> Loop::repeat(std::chrono::microseconds period, std::function<void()> task) {
  asio::steady_timer timer(io_);
  for (;;) {
    timer.expires_after(period);
    co_await timer.async_wait(asio::use_awaitable);
    guarded(task);
  }
}

/// What nobody asked for and fails is told, and tried again at its next turn.
void Loop::guarded(const std::function<void()>& task) {
  try {
    task();
  } catch (const Error& error) {
    log_.error(error.what() + (error.hint().empty() ? "" : "; " + error.hint()));
  } catch (const std::exception& exception) {
    log_.error(exception.what());
  }
}

/// Whoever asks for something in between many ends gets his answer.
void Loop::expire() {
  if (expiry_goes_on_) return;  // or each tick would begin one more round of it
  expiry_goes_on_ = firewall_.expire();
  if (!expiry_goes_on_) return;
  expiry_pause_.expires_after(pause_between_ends);
  expiry_pause_.async_wait([this](boost::system::error_code) {
    expiry_goes_on_ = false;
    guarded([this] { expire(); });
  });
}

Firewall::Reloaded Loop::reload(const ReloadRequest& request) {
  notifier_.reloading();
  try {
    const Firewall::Reloaded reloaded = firewall_.reload(request.conditions);
    lists_.configure(request.forced_list);
    list_watcher_.watch();
    for (const std::string& note : reloaded.notes) log_.warning(note);
    log_.info("reloaded " + firewall_.config_file().string() + ": " + std::to_string(reloaded.added) + " added, " +
              std::to_string(reloaded.removed) + " removed");
    notifier_.ready(health_.status_line());
    return reloaded;
  } catch (...) {
    notifier_.ready(health_.status_line());
    throw;
  }
}

void Loop::end(int signal) {
  notifier_.stopping();
  guarded([this] { firewall_.revert_unconfirmed(); });
  if (signal == SIGINT && !Notifier::is_managed()) {
    log_.info("interrupted: taking the filter off");
    guarded([this] { firewall_.remove(); });
  } else {
    log_.info("ending; the filter stays in force, and is taken off with: xdpfwd --detach");
  }
  io_.stop();
}

}  // namespace xdpfwd
