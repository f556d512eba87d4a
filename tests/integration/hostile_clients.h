// Clients that mean harm: each does one thing wrong, over and over, on a connection of some user.
#pragma once

#include <sys/types.h>

#include <atomic>
#include <cstdint>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "daemon/datapath/fd.h"

namespace xdpfwd::harness {

/// Whom a client connects as.
struct Caller {
  uid_t user;
  gid_t group;
};

/// A connection of that user, which neither blocks nor waits; none where there is no place for it. The calling thread
/// alone becomes that user, for as long as it takes. Throws std::runtime_error.
Fd connect_as(const Caller& caller, const std::filesystem::path& socket);

class HostileClients {
 public:
  /// So many as each of the callers in turn, at work on a thread of their own until this is destroyed.
  HostileClients(const std::filesystem::path& socket, std::vector<Caller> callers, std::size_t count);
  ~HostileClients();
  HostileClients(const HostileClients&) = delete;
  HostileClients& operator=(const HostileClients&) = delete;

  /// How often one of them has connected so far.
  std::uint64_t connections() const { return connections_; }
  std::uint64_t bytes_sent() const { return bytes_; }

 private:
  struct Client {
    Caller caller;
    const std::string* text;  // what it sends, over and over
    std::size_t at_once;      // bytes in a step
    std::size_t most;         // bytes after which it sends no more
    bool stays;               // else it closes the connection after that
    Fd socket = Fd(-1);
    std::size_t sent = 0;
  };

  void work();
  void step(Client& client);

  std::filesystem::path socket_;
  std::vector<Client> clients_;
  std::atomic<std::uint64_t> connections_ = 0;
  std::atomic<std::uint64_t> bytes_ = 0;
  std::atomic<bool> ends_ = false;
  std::thread thread_;
};

}  // namespace xdpfwd::harness
