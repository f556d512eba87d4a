#include "daemon/service/loop.h"

#include <fcntl.h>

#include <cerrno>
#include <csignal>

#include "common/error.h"
#include "daemon/log/messages.h"

namespace xdpfwd {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// A detached link or an unpinned one makes no event, so the interfaces and the pins are looked at as well: a few system
// calls for each. As long as it takes, packets pass.
constexpr auto heal_period = 100ms;
// Ends of claims are found by this clock.
constexpr auto check_period = 200ms;
constexpr auto store_period = 5s;
constexpr auto event_period = 1s;
// Long enough for the requests that have come meanwhile, which take several turns of the loop each.
constexpr auto pause_between_ends = 10ms;
constexpr std::chrono::milliseconds pause_for_the_journal{10};

}  // namespace

Loop::Loop(Firewall& firewall, Log& log)
    : firewall_(firewall),
      log_(log),
      signals_(io_, SIGTERM, SIGINT, SIGHUP),
      link_events_(io_, link_monitor_.fd()),
      lists_(firewall, log),
      list_watcher_(io_, lists_, log),
      health_(firewall, lists_, log, notifier_),
      events_(firewall),
      packet_log_(events_, log),
      audit_(log),
      dispatcher_(firewall, lists_, events_, log, audit_,
                  [this](const ReloadRequest& request) { return reload(request); }),
      server_(io_, firewall, log, audit_, dispatcher_),
      metrics_server_(io_, firewall, lists_, log) {}

Loop::~Loop() {
  link_events_.release();  // the monitor closes it
}

void Loop::run() {
  firewall_.on_progress([this] { notifier_.watchdog(); });
  const auto spawn = [this](asio::awaitable<void> task) { asio::co_spawn(io_, std::move(task), asio::detached); };
  spawn(follow_signals());
  spawn(follow_interfaces());
  events_.start();
  packet_log_.configure(firewall_.config().log_packets);
  spawn(follow_packets());
  spawn(repeat(event_period, {
                                 [this] { events_.tick(); },
                                 [this] { packet_log_.tick(); },
                             }));
  spawn(repeat(heal_period, {[this] { firewall_.check_interfaces(); }}));
  spawn(repeat(check_period, {
                                 [this] { expire(); },
                                 [this] { list_watcher_.tick(); },
                                 [this] { health_.look(); },
                             }));
  spawn(tend_log());
  spawn(repeat(store_period, {
                                 [this] { firewall_.tend_store(); },
                                 [this] { lists_.tend(); },
                                 [this] { firewall_.refresh_protected(); },
                                 [this] { list_watcher_.look(); },
                                 [this] { health_.renew_status(); },
                                 [this] { dispatcher_.tidy(); },
                                 [this] { audit_.tell_rest(); },
                                 [this] { metrics_server_.tend(); },
                             }));
  if (const auto interval = Notifier::watchdog_interval()) spawn(repeat(*interval, {[this] { notifier_.watchdog(); }}));
  asio::post(io_, [this] {
    health_.ready();
    guarded([this] { firewall_.settle(); });
    guarded([this] { lists_.configure({}); });
    guarded([this] { metrics_server_.tend(); });
  });
  io_.run();
}

asio::awaitable<void> Loop::follow_signals() {
  for (;;) {
    const int signal = co_await signals_.async_wait(asio::use_awaitable);
    if (signal == SIGHUP)
      try_to_reload();
    else
      end(signal);
  }
}

asio::awaitable<void> Loop::follow_interfaces() {
  for (;;) {
    co_await link_events_.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    const LinkChanges changes = link_monitor_.drain();
    if (!changes) continue;
    guarded([&] { firewall_.check_interfaces(changes); });
    guarded([this] { firewall_.refresh_protected(); });
  }
}

asio::awaitable<void> Loop::follow_packets() {
  const int own = fcntl(events_.fd(), F_DUPFD_CLOEXEC, 0);  // closed with the coroutine, which outlives the events
  if (own < 0) throw system_error("duplicate a file descriptor", errno);
  asio::posix::stream_descriptor samples(io_, own);
  for (;;) {
    co_await samples.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    while (events_.read()) co_await asio::post(io_, asio::use_awaitable);
  }
}

/// One that fails does not keep the others from their turn.
asio::awaitable<void> Loop::repeat(std::chrono::microseconds period, std::vector<Task> tasks) {
  asio::steady_timer timer(io_);
  for (;;) {
    timer.expires_after(period);
    co_await timer.async_wait(asio::use_awaitable);
    for (const Task& task : tasks) guarded(task);
  }
}

/// What the journal could not take at once is sent as soon as it can.
asio::awaitable<void> Loop::tend_log() {
  asio::steady_timer timer(io_);
  for (;;) {
    timer.expires_after(log_.flush() ? check_period : pause_for_the_journal);
    co_await timer.async_wait(asio::use_awaitable);
  }
}

/// What nobody asked for and fails is told, and tried again at its next turn.
void Loop::guarded(const Task& task) {
  try {
    task();
  } catch (const Error& error) {
    log_.error(with_hint(error), {id_of(Message::fault)});
  } catch (const std::exception& exception) {
    log_.error(exception.what(), {id_of(Message::fault)});
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
    std::shared_ptr<Listener> listener;
    const auto judge = [&](const Config& next) {
      Lists::check(next, request.forced_list);
      listener = metrics_server_.prepare(next);
    };
    const Firewall::Reloaded reloaded = firewall_.reload(request.conditions, judge);
    lists_.configure(request.forced_list);  // does not fail: the new config is in force
    server_.admit_groups();
    metrics_server_.adopt(std::move(listener));
    packet_log_.configure(firewall_.config().log_packets);
    for (const std::string& note : reloaded.notes) log_.warning(note);
    log_.info("reloaded " + firewall_.config_file().string() + ": " + std::to_string(reloaded.added) + " added, " +
                  std::to_string(reloaded.removed) + " removed",
              {id_of(Message::reloaded),
               {"XDPFWD_ADDED", std::to_string(reloaded.added)},
               {"XDPFWD_REMOVED", std::to_string(reloaded.removed)}});
    health_.ready();
    return reloaded;
  } catch (const std::exception& exception) {
    const auto* error = dynamic_cast<const Error*>(&exception);
    const Code code = error == nullptr ? Code::internal : error->code();
    log_.error("reload: " + (error == nullptr ? exception.what() : with_hint(*error)),
               {id_of(Message::reload_failed), {"XDPFWD_REASON", std::string(reason_of(code))}});
    health_.ready();
    throw;
  }
}

/// For whom no answer is awaited: the journal has it.
void Loop::try_to_reload() try { reload({}); } catch (const std::exception&) {
}

void Loop::end(int signal) {
  notifier_.stopping();
  guarded([this] { firewall_.revert_unconfirmed(); });
  if (signal == SIGINT && !Notifier::is_managed()) {
    log_.info("interrupted: taking the filter off", {id_of(Message::stopping)});
    guarded([this] { firewall_.remove(); });
  } else {
    log_.info("ending; the filter stays in force, and is taken off with: xdpfwd --detach", {id_of(Message::stopping)});
  }
  io_.stop();
}

}  // namespace xdpfwd
