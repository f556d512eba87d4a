#include "daemon/control/server.h"

#include <malloc.h>
#include <sys/socket.h>

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

constexpr std::size_t large_request = std::size_t{256} * 1024;
constexpr auto time_between_requests = 5min;
constexpr auto time_for_a_line = 10s;
constexpr auto time_for_an_answer = 10s;
// Of some notifications: somebody looks at those before, and all that he keeps is a queue that is full.
constexpr auto time_for_notifications = 5min;
// After the last answer on a connection, for the peer to read it.
constexpr auto time_to_leave = 2s;

struct Bound {
  std::size_t together;
  std::size_t a_user;
};

/// By standing. Each has its own, so that nobody uses up what somebody with more rights needs.
constexpr std::array bounds{Bound{8, 2}, Bound{64, 16}, Bound{64, 64}};

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
  explicit Connection(Socket connected)
      : socket(std::move(connected)), timer(socket.get_executor()), news(socket.get_executor()) {
    news.expires_at(std::chrono::steady_clock::time_point::max());
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
    if (Place place = take_place(peer))
      asio::co_spawn(acceptor_.get_executor(),
                     serve(std::make_shared<Connection>(std::move(socket)), std::move(peer), std::move(place)),
                     asio::detached);
    else
      audit_.turned_away(peer);
  });
}

Server::Place Server::take_place(const Peer& peer) {
  const Standing standing = peer.uid == 0                                 ? Standing::root
                            : access_of(peer, firewall_.config().control) ? Standing::member
                                                                          : Standing::stranger;
  const Bound& bound = bounds[static_cast<std::size_t>(standing)];
  Connections& connections = *connections_;
  std::size_t together = 0;
  for (const auto& [user, open] : connections) together += user.first == standing ? open : 0;
  const auto found = connections.find({standing, peer.uid});
  if (together >= bound.together || (found != connections.end() && found->second >= bound.a_user)) return nullptr;
  const std::pair user(standing, peer.uid);
  ++connections[user];
  return {connections_.get(), [user, connections = connections_](void*) {
            if (--(*connections)[user] == 0) connections->erase(user);
          }};
}

asio::awaitable<void> Server::serve(std::shared_ptr<Connection> connection, Peer peer, Place) {
  try {
    if (const std::optional<Access> access = access_of(peer, firewall_.config().control)) {
      Session session{std::move(peer), *access};
      co_await serve_lines(*connection, session);
    } else {
      connection->set_deadline(time_for_an_answer);
      const Error denied(Code::denied, "user " + std::to_string(peer.uid) + " may not control xdpfwd",
                         "run it as root, or as a member of the group in control.admin_group");
      audit_.refused("connect", nlohmann::json::object(), denied, peer);
      co_await asio::async_write(connection->socket, asio::buffer(error_line(nullptr, denied)), asio::use_awaitable);
    }
    connection->set_deadline(time_to_leave);
    co_await drain(connection->socket, connection->socket);
  } catch (const boost::system::system_error&) {
    // The peer went away, or its time was up.
  }
  connection->timer.cancel();
  if (connection->was_large) malloc_trim(0);  // what large requests were read into; once, since it costs as much as one
}

asio::awaitable<void> Server::serve_lines(Connection& connection, Session& session) {
  std::string& received = connection.received;
  for (bool close = false; !close;) {
    if (received.empty()) {
      connection.set_deadline(time_between_requests);
      co_await connection.socket.async_wait(Socket::wait_read, asio::use_awaitable);
    }
    connection.set_deadline(time_for_a_line);
    error_code failure;
    const std::size_t size =
        co_await asio::async_read_until(connection.socket, asio::dynamic_buffer(received, max_request_bytes), '\n',
                                        asio::redirect_error(asio::use_awaitable, failure));
    if (failure && failure != asio::error::not_found) co_return;

    Dispatcher::Answer answer;
    if (failure)
      answer = {
          error_line(nullptr, Error(Code::parse, "request: longer than 4 MiB", "send fewer prefixes in a request")),
          true};
    else
      answer = dispatcher_.answer(std::string_view(received).substr(0, size - 1), session);
    received.erase(0, size);
    if (received.empty()) received.shrink_to_fit();  // a large request must not keep its memory
    if (size > large_request) connection.was_large = true;
    close = answer.close;
    connection.set_deadline(time_for_an_answer);
    co_await asio::async_write(connection.socket, asio::buffer(answer.line), asio::use_awaitable);
    if (session.subscription) co_return co_await notify(connection, *session.subscription);
  }
}

/// Until the peer is gone, or has got the rest, or sends anything more.
asio::awaitable<void> Server::notify(Connection& connection, Subscription& subscription) {
  if (!connection.received.empty()) co_return;
  subscription.on_news([self = connection.shared_from_this()] { self->news.cancel(); });
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
