#include "daemon/metrics/listener.h"

#include <fcntl.h>

#include <algorithm>
#include <boost/asio/ip/tcp.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http.hpp>
#include <chrono>
#include <limits>
#include <utility>

#include "common/error.h"
#include "daemon/sockets/connections.h"

namespace xdpfwd {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
using namespace std::chrono_literals;
using boost::system::error_code;

constexpr std::size_t most_connections = 16;
constexpr std::size_t most_header_bytes = 8192;
// Longer than what most leave between two scrapes.
constexpr auto time_between_requests = 2min;
constexpr auto time_for_a_request = 10s;
constexpr auto time_for_an_answer = 10s;
// After the last answer on a connection, for the peer to read it.
constexpr auto time_to_leave = 2s;

/// What a request gets that could not be read. Throws where it is not the request that is wrong: the peer went away, or
/// its time was up.
HttpResponse refusal_of(const error_code& failure) {
  if (failure.category() != make_error_code(http::error::bad_method).category())
    throw boost::system::system_error(failure);
  const bool too_long = failure == http::error::header_limit || failure == http::error::buffer_overflow;
  return refusal(too_long ? http::status::request_header_fields_too_large : http::status::bad_request);
}

}  // namespace

struct Listener::Connection {
  using Clock = std::chrono::steady_clock;

  explicit Connection(Stream::socket_type socket) : stream(std::move(socket)) {}

  /// Its peer's turn: he has so long for it.
  void wait(Clock::duration patience) {
    stream.expires_after(patience);
    waits_since = Clock::now();
  }

  Stream stream;
  Clock::time_point waits_since = Clock::now();
};

Listener::Listener(asio::io_context& io, const ListenAddress& address, std::optional<unsigned> group, Log& log)
    : acceptor_(io), log_(log), socket_(address.socket) {
  if (address.host)
    bind(address);
  else
    acceptor_.assign({AF_UNIX, 0}, listen_on(socket_of(group), log).release());
}

Listener::~Listener() { close(); }

UnixSocketSpec Listener::socket_of(std::optional<unsigned> group) const {
  return {.path = socket_, .mode = group ? mode_t{0660} : mode_t{0600}, .group = group};
}

void Listener::admit(std::optional<unsigned> group) const {
  if (!socket_.empty()) xdpfwd::admit(socket_of(group), log_);
}

void Listener::bind(const ListenAddress& address) try {
  const Protocol::endpoint endpoint =
      asio::ip::tcp::endpoint(asio::ip::make_address(to_string(*address.host)), address.port);
  acceptor_.open(endpoint.protocol());
  fcntl(acceptor_.native_handle(), F_SETFD, FD_CLOEXEC);
  acceptor_.set_option(asio::socket_base::reuse_address(true));
  acceptor_.bind(endpoint);
  acceptor_.listen();
} catch (const boost::system::system_error& failure) {
  const std::string port = std::to_string(address.port);
  throw system_error("metrics: listen on " + to_string(address), failure.code().value(),
                     "another port in \"metrics\" may be free; who has this one: ss -ltnp sport = :" + port,
                     Code::refused);
}

void Listener::serve(Answer answer) {
  answer_ = std::move(answer);
  asio::co_spawn(acceptor_.get_executor(), accept(shared_from_this()), asio::detached);
}

void Listener::close() {
  error_code ignored;
  acceptor_.close(ignored);
  std::error_code gone_already;
  if (!socket_.empty()) std::filesystem::remove(std::exchange(socket_, {}), gone_already);
  for (const std::shared_ptr<Connection>& connection : connections_) connection->stream.close();
}

asio::awaitable<void> Listener::accept(std::shared_ptr<Listener> self) {
  co_await accept_each(acceptor_, log_, [&](Stream::socket_type socket) {
    if (connections_.size() >= most_connections) make_room();
    const auto connection = std::make_shared<Connection>(std::move(socket));
    connections_.insert(connection);
    asio::co_spawn(acceptor_.get_executor(), attend(self, connection), asio::detached);
  });
}

/// Whoever asks has his answer within a moment, so nobody who keeps connections open without asking can keep him out.
void Listener::make_room() {
  const auto longest = std::ranges::min_element(connections_, {}, &Connection::waits_since);
  (*longest)->stream.close();
  connections_.erase(longest);
  if (std::exchange(is_crowding_told_, true)) return;
  log_.warning(
      "metrics: more than " + std::to_string(most_connections) +
      " connections at once; those that ask for nothing are closed, the one first that does so for the longest");
}

asio::awaitable<void> Listener::attend(std::shared_ptr<Listener>, std::shared_ptr<Connection> connection) {
  try {
    co_await answer_requests(*connection);
    connection->wait(time_to_leave);
    co_await drain(connection->stream, connection->stream.socket());
  } catch (const std::exception&) {
    // The peer went away, or its time was up.
  }
  connections_.erase(connection);
}

asio::awaitable<void> Listener::answer_requests(Connection& connection) {
  Stream& stream = connection.stream;
  beast::flat_buffer received(most_header_bytes);
  auto patience = std::chrono::seconds(time_for_a_request);
  for (bool more = true; more;) {
    if (received.size() == 0) {
      connection.wait(patience);
      received.commit(co_await stream.async_read_some(received.prepare(most_header_bytes), asio::use_awaitable));
    }
    connection.wait(time_for_a_request);
    http::request_parser<http::empty_body> parser;
    parser.header_limit(most_header_bytes);
    parser.body_limit(std::numeric_limits<std::uint64_t>::max());
    error_code failure;
    co_await http::async_read_header(stream, received, parser, asio::redirect_error(asio::use_awaitable, failure));
    HttpResponse response = failure ? refusal_of(failure) : answer_(parser.get());
    if (!parser.is_done()) response.keep_alive(false);  // a body follows
    more = response.keep_alive();
    connection.wait(time_for_an_answer);
    co_await http::async_write(stream, response, asio::use_awaitable);
    patience = time_between_requests;
  }
}

}  // namespace xdpfwd
