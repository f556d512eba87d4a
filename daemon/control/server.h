// The Unix socket: accepts, knows who is there, and serves each connection line by line under limits and deadlines.
#pragma once

#include <array>
#include <map>
#include <memory>

#include "daemon/control/dispatcher.h"
#include "daemon/control/turns.h"
#include "daemon/sockets/asio.h"

namespace xdpfwd {

class Server {
 public:
  /// Listens on config.control.socket. Replaces a socket that an earlier daemon left there, and throws
  /// Error where something else has its place.
  Server(boost::asio::io_context& io, Firewall& firewall, Log& log, Audit& audit, Dispatcher& dispatcher);
  /// Removes the socket.
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// After the config has changed: lets those of its groups get at the socket.
  void admit_groups() const;

 private:
  using Socket = boost::asio::local::stream_protocol::socket;
  struct Connection;
  enum class Standing : std::uint8_t { stranger, reader, admin, root };
  using Place = std::shared_ptr<void>;  // counts a connection for as long as it lives

  boost::asio::awaitable<void> accept();
  boost::asio::awaitable<void> serve(std::shared_ptr<Connection> connection, Place place);
  boost::asio::awaitable<void> refuse(Connection& connection);
  boost::asio::awaitable<void> serve_lines(Connection& connection);
  boost::asio::awaitable<Dispatcher::Answer> answer(Connection& connection, std::size_t size, Turns::Turn& turn);
  boost::asio::awaitable<void> notify(Connection& connection, Subscription& subscription);
  Standing standing_of(const Peer& peer) const;
  Place take_place(Standing standing, uid_t uid);

  Firewall& firewall_;
  Log& log_;
  Audit& audit_;
  Dispatcher& dispatcher_;
  boost::asio::local::stream_protocol::acceptor acceptor_;
  std::array<Turns, 4> turns_;  // by standing, so that nobody has to wait for somebody with fewer rights
  // Shared with the places, since a connection that is open when the daemon ends outlives the server.
  using Connections = std::map<std::pair<Standing, uid_t>, std::size_t>;
  std::shared_ptr<Connections> connections_ = std::make_shared<Connections>();
};

}  // namespace xdpfwd
