// Real traffic from outside to the guarded side. Where a packet is expected it is waited for long enough for the
// slowest machine, where none is expected only for a moment.
#pragma once

#include <sys/socket.h>

#include <cstdint>
#include <span>
#include <string>

#include "tests/harness/sandbox_network.h"

namespace xdpfwd::harness {

/// Sends so many echo requests. True where all of them, or none, are answered.
bool ping_answers(const Network& network, const Way& way, const std::string& from, unsigned count = 3);
bool ping_is_silent(const Network& network, const Way& way, const std::string& from, unsigned count = 3);

/// Sends so many datagrams, then one from `way.good`, which has to pass and tells that those before it have arrived or
/// never will. How many of the first have. Throws std::runtime_error where the last does not arrive.
unsigned datagrams_arriving(const Network& network, const Way& way, const std::string& from, unsigned count);

/// The same with frames that carry the tags of `way`, whether or not the kernel itself knows of VLANs.
unsigned frames_arriving(const Network& network, const Way& way, const std::string& from, unsigned count);

/// Sends a frame from outside on the first link as it is.
void send_frame(const Network& network, std::span<const std::uint8_t> frame);

/// Whether a connection to a listener on the guarded side comes about.
bool tcp_connects(const Network& network, const Way& way, const std::string& from);
bool tcp_times_out(const Network& network, const Way& way, const std::string& from);

/// An address of either family with a port, for the socket functions.
struct SocketAddress {
  /// Throws std::runtime_error where the text is none.
  SocketAddress(const std::string& address, std::uint16_t port);

  const sockaddr* get() const { return reinterpret_cast<const sockaddr*>(&storage); }

  sockaddr_storage storage{};
  socklen_t size;
};

/// A socket of that namespace, bound. Throws std::runtime_error.
Fd bound_socket(int network_namespace, int type, const SocketAddress& address);

}  // namespace xdpfwd::harness
