// What servers on streams have in common: how connections begin, and how they end.
#pragma once

#include <fcntl.h>

#include <array>
#include <chrono>
#include <exception>
#include <string>

#include "daemon/log/log.h"
#include "daemon/log/messages.h"
#include "daemon/sockets/asio.h"

namespace xdpfwd {

/// Hands each connection to `take`, until the acceptor is closed. A connection that this throws for is one less, and no
/// more. The acceptor and the log outlive it.
template <typename Acceptor, typename Take>
boost::asio::awaitable<void> accept_each(Acceptor& acceptor, Log& log, Take take) {
  namespace asio = boost::asio;
  // After accept() failed, as it does without end while descriptors are short.
  constexpr std::chrono::milliseconds pause_after_failure{100};
  asio::steady_timer pause(acceptor.get_executor());
  while (acceptor.is_open()) {
    boost::system::error_code failure;
    auto socket = co_await acceptor.async_accept(asio::redirect_error(asio::use_awaitable, failure));
    if (failure) {
      pause.expires_after(pause_after_failure);
      co_await pause.async_wait(asio::use_awaitable);
      continue;
    }
    try {
      fcntl(socket.native_handle(), F_SETFD, FD_CLOEXEC);
      take(std::move(socket));
    } catch (const std::exception& exception) {
      log.warning(std::string("a connection was refused: ") + exception.what(), {id_of(Message::fault)});
    }
  }
}

/// Waits until the peer has left, or the stream's deadline ends it with an exception. A connection that is closed while
/// something it sent lies unread is reset, and a peer that is still writing would learn of that before it reads why.
template <typename Stream, typename Socket>
boost::asio::awaitable<void> drain(Stream& stream, Socket& socket) {
  namespace asio = boost::asio;
  socket.shutdown(Socket::shutdown_send);
  std::array<char, 4096> unread;
  for (;;) co_await stream.async_read_some(asio::buffer(unread), asio::use_awaitable);
}

}  // namespace xdpfwd
