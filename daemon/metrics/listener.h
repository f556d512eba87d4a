// One address where metrics are served, with the connections that came in there.
#pragma once

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/beast/core/basic_stream.hpp>
#include <functional>
#include <memory>
#include <set>

#include "daemon/config/config.h"
#include "daemon/log/log.h"
#include "daemon/metrics/pages.h"
#include "daemon/sockets/asio.h"
#include "daemon/sockets/unix_socket.h"

namespace xdpfwd {

class Listener : public std::enable_shared_from_this<Listener> {
 public:
  using Answer = std::function<HttpResponse(const HttpRequest&)>;

  /// Takes hold of the address, so that who connects waits. Throws Error.
  Listener(boost::asio::io_context& io, const ListenAddress& address, std::optional<unsigned> group, Log& log);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  /// Changes the group that gets at the Unix socket, if it is one.
  void admit(std::optional<unsigned> group) const;
  /// Serves whoever connects, until close().
  void serve(Answer answer);
  /// Ends this, every connection, and the Unix socket, if it is one.
  void close();

 private:
  // Either family of sockets.
  using Protocol = boost::asio::generic::stream_protocol;
  using Stream = boost::beast::basic_stream<Protocol>;

  struct Connection;

  UnixSocketSpec socket_of(std::optional<unsigned> group) const;
  void bind(const ListenAddress& address);
  boost::asio::awaitable<void> accept(std::shared_ptr<Listener> self);
  void make_room();
  boost::asio::awaitable<void> attend(std::shared_ptr<Listener> self, std::shared_ptr<Connection> connection);
  boost::asio::awaitable<void> answer_requests(Connection& connection);

  boost::asio::basic_socket_acceptor<Protocol> acceptor_;
  Log& log_;
  std::filesystem::path socket_;
  Answer answer_;
  std::set<std::shared_ptr<Connection>> connections_;
  bool is_crowding_told_ = false;
};

}  // namespace xdpfwd
