#include "daemon/control/server.h"

#include <malloc.h>
#include <sys/socket.h>

#include <algorithm>
#include <chrono>

#include "common/error.h"
#include "common/jsonrpc.h"
#include "daemon/sockets/connections.h"
#include "daemon/sockets/unix_socket.h"

namespace xdpfwd {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;
using boost::system::error_code;

constexpr std::size_t large = std::size_t{256} * 1024;  // of a request or an answer
constexpr auto time_between_requests = 5min;
constexpr auto time_for_a_line = 10s;
constexpr auto time_for_an_answer = 10s;
// Of some notifications: somebody looks at those before, and all that he keeps is a queue that is full.
constexpr auto time_for_notifications = 5min;
// For the turn at a long request or a long answer.
constexpr auto time_for_a_turn = 1min;
// After the last answer on a connection, for the peer to read it.
constexpr auto time_to_leave = 2s;

struct Bound {
  std::size_t together;
  std::size_t a_user;
};

/// By standing. Each has its own, so that nobody uses up what somebody with more rights needs.
constexpr std::array bounds{Bound{8, 2}, Bound{32, 16}, Bound{32, 16}, Bound{64, 64}};

/// Whoever connects is judged by access_of(); the socket's mode only keeps strangers from using up connections,
/// where the config lets it.
UnixSocketSpec socket_of(const ControlConfig& control) {
  return {.path = control.socket,
          .mode = control.read_group    ? mode_t{0666}
                  : control.admin_group ? mode_t{0660}
                                        : mode_t{0600},
          .group = control.admin_group};
}

}  // namespace

struct Server::Connection : std::enable_shared_from_this<Connection> {
  Connection(Socket connected, Peer peer, Standing as, Turns& turns_of_these)
      : socket(std::move(connected)),
        timer(socket.get_executor()),
        news(socket.get_executor()),
        standing(as),
        turns(turns_of_these),
        session{std::move(peer), as == Standing::reader ? Access::read : Access::admin} {
    news.expires_at(std::chrono::steady_clock::time_point::max());
  }

  /// The size of the next line with its newline; 0 where there is none in so many bytes.
  asio::awaitable<std::size_t> read_line(std::size_t most) {
    error_code failure;
    const std::size_t size = co_await asio::async_read_until(socket, asio::dynamic_buffer(received, most), '\n',
                                                             asio::redirect_error(asio::use_awaitable, failure));
    if (failure && failure != asio::error::not_found) throw boost::system::system_error(failure);
    co_return failure ? 0 : size;
  }

  /// The same of one of any size that is allowed. For a long one the connection has the turn afterwards.
  asio::awaitable<std::size_t> read_line(Turns::Turn& turn) {
    set_deadline(time_for_a_line);
    const std::size_t size = co_await read_line(small_request_bytes);
    if (size > 0) co_return size;
    turn = co_await take_turn();
    received.reserve(max_request_bytes);
    set_deadline(time_for_a_line);
    co_return co_await read_line(max_request_bytes);
  }

  /// Forgets a line. What a long one was read into is given back, though more has come behind it.
  void forget(std::size_t size) {
    received.erase(0, size);
    if (received.empty() || received.capacity() > 2 * small_request_bytes) received.shrink_to_fit();
  }

  asio::awaitable<Turns::Turn> take_turn() {
    set_deadline(time_for_a_turn);
    co_return co_await turns.take(session.peer.uid, ending());
  }
  Turns::Turn take_turn_if_free() { return turns.take_if_free(session.peer.uid, ending()); }
  /// Of whatever it waits for.
  std::function<void()> ending() {
    return [self = shared_from_this()] {
      error_code ignored;
      self->socket.close(ignored);
    };
  }

  /// Ends whatever the connection waits for at that time, unless another deadline is set before.
  void set_deadline(std::chrono::steady_clock::duration time) {
    timer.expires_after(time);
    timer.async_wait([self = shared_from_this()](error_code cancelled) {
      error_code ignored;
      if (!cancelled && self->timer.expiry() <= std::chrono::steady_clock::now()) self->socket.close(ignored);
    });
  }

  /// From now on the connection ends with whatever the peer does but read: at once, unless he has just shut down his
  /// side, and waits for the rest.
  void end_when_readable() {
    socket.async_wait(Socket::wait_read, [self = shared_from_this()](error_code failure) {
      error_code ignored;
      self->wants_the_rest = !failure && self->socket.available(ignored) == 0;
      if (!self->wants_the_rest) self->socket.close(ignored);
      self->news.cancel();
    });
  }

  Socket socket;
  asio::steady_timer timer;
  asio::steady_timer news;  // never expires; whoever waits for it is woken by its being cancelled
  Standing standing;
  Turns& turns;
  Session session;
  std::string received;
  bool was_large = false;
  bool wants_the_rest = false;  // of notifications
};

Server::Server(asio::io_context& io, Firewall& firewall, Log& log, Audit& audit, Dispatcher& dispatcher)
    : firewall_(firewall), log_(log), audit_(audit), dispatcher_(dispatcher), acceptor_(io) {
  acceptor_.assign({}, listen_on(socket_of(firewall_.config().control), log_).release());
  asio::co_spawn(io, accept(), asio::detached);
}

Server::~Server() {
  std::error_code ignored;
  std::filesystem::remove(firewall_.config().control.socket, ignored);
}

void Server::admit_groups() const { admit(socket_of(firewall_.config().control), log_); }

asio::awaitable<void> Server::accept() {
  co_await accept_each(acceptor_, log_, [this](Socket socket) {
    Peer peer = peer_of(socket.native_handle());
    const Standing standing = standing_of(peer);
    Place place = take_place(standing, peer.uid);
    if (!place) return audit_.turned_away(peer);
    Turns& turns = turns_[static_cast<std::size_t>(standing)];
    asio::co_spawn(
        acceptor_.get_executor(),
        serve(std::make_shared<Connection>(std::move(socket), std::move(peer), standing, turns), std::move(place)),
        asio::detached);
  });
}

Server::Standing Server::standing_of(const Peer& peer) const {
  if (peer.uid == 0) return Standing::root;
  const std::optional<Access> access = access_of(peer, firewall_.config().control);
  if (!access) return Standing::stranger;
  return *access == Access::admin ? Standing::admin : Standing::reader;
}

Server::Place Server::take_place(Standing standing, uid_t uid) {
  const Bound& bound = bounds[static_cast<std::size_t>(standing)];
  Connections& connections = *connections_;
  const std::pair user(standing, uid);
  std::size_t together = 0;
  for (const auto& [other, open] : connections) together += other.first == standing ? open : 0;
  const auto found = connections.find(user);
  if (together >= bound.together || (found != connections.end() && found->second >= bound.a_user)) return nullptr;
  ++connections[user];
  return {connections_.get(), [user, connections = connections_](void*) {
            if (--(*connections)[user] == 0) connections->erase(user);
          }};
}

asio::awaitable<void> Server::serve(std::shared_ptr<Connection> connection, Place) {
  try {
    if (connection->standing == Standing::stranger)
      co_await refuse(*connection);
    else
      co_await serve_lines(*connection);
    connection->session.staged.reset();
    connection->session.subscription.reset();
    connection->set_deadline(time_to_leave);
    co_await drain(connection->socket, connection->socket);
  } catch (const boost::system::system_error&) {
    // The peer went away, or its time was up.
  }
  connection->timer.cancel();
  if (connection->was_large) malloc_trim(0);  // of large requests and answers; once, since it costs as much as one
}

asio::awaitable<void> Server::refuse(Connection& connection) {
  connection.set_deadline(time_for_an_answer);
  const Peer& peer = connection.session.peer;
  const Error denied(Code::denied, "user " + std::to_string(peer.uid) + " may not control xdpfwd",
                     "run it as root, or as a member of the group in control.admin_group");
  audit_.refused("connect", nlohmann::json::object(), denied, peer);
  co_await asio::async_write(connection.socket, asio::buffer(error_line(nullptr, denied)), asio::use_awaitable);
}

asio::awaitable<void> Server::serve_lines(Connection& connection) {
  for (bool close = false; !close;) {
    if (connection.received.empty()) {
      connection.set_deadline(time_between_requests);
      co_await connection.socket.async_wait(Socket::wait_read, asio::use_awaitable);
    }
    Turns::Turn turn;
    const std::size_t size = co_await connection.read_line(turn);
    const Dispatcher::Answer answered = co_await answer(connection, size, turn);
    close = answered.close;
    connection.was_large = connection.was_large || std::max(size, answered.line.size()) > large;
    if (turn) turn.renew();
    connection.set_deadline(time_for_an_answer);
    co_await asio::async_write(connection.socket, asio::buffer(answered.line), asio::use_awaitable);
    if (connection.session.subscription) co_return co_await notify(connection, *connection.session.subscription);
  }
}

/// The answer to the line of that size, which is then forgotten. Has the turn where the answer is a long one, but for
/// one that cannot be made again: such an answer is not much longer than its request.
asio::awaitable<Dispatcher::Answer> Server::answer(Connection& connection, std::size_t size, Turns::Turn& turn) {
  if (size == 0) {
    connection.forget(connection.received.size());
    co_return Dispatcher::Answer{
        error_line(nullptr, Error(Code::parse, "request: longer than 4 MiB", "send fewer prefixes in a request")),
        true};
  }
  const std::string_view line = std::string_view(connection.received).substr(0, size - 1);
  std::optional answer = dispatcher_.answer(line, connection.session);
  if (!turn && answer->line.size() > small_answer_bytes) turn = connection.take_turn_if_free();
  if (!turn && answer->line.size() > small_answer_bytes && answer->repeatable) {
    answer.reset();  // it must not be kept meanwhile
    turn = co_await connection.take_turn();
    answer = dispatcher_.answer(line, connection.session);
  }
  connection.forget(size);
  co_return std::move(*answer);
}

/// Until the peer is gone, or has got the rest, or sends anything more.
asio::awaitable<void> Server::notify(Connection& connection, Subscription& subscription) {
  if (!connection.received.empty()) co_return;
  subscription.on_news([&connection] { connection.news.cancel(); });
  connection.timer.cancel();
  connection.end_when_readable();
  while (connection.socket.is_open()) {
    if (connection.wants_the_rest) subscription.finish();
    const std::string lines = subscription.take_lines();
    error_code woken;
    if (lines.empty() && connection.wants_the_rest) co_return;
    if (lines.empty()) {
      co_await connection.news.async_wait(asio::redirect_error(asio::use_awaitable, woken));
      continue;
    }
    connection.set_deadline(time_for_notifications);
    co_await asio::async_write(connection.socket, asio::buffer(lines), asio::use_awaitable);
    connection.timer.cancel();
  }
}

}  // namespace xdpfwd
