// A network namespace of the test's own, with the interfaces that a case needs.
#pragma once

#include <string>

#include "daemon/datapath/fd.h"

namespace xdpfwd {

/// The calling thread moves into it, and back when this ends. Nothing comes up in there by itself: no IPv6
/// address, no router solicitation, so that packets can be counted to the last one. Skips the case without root.
class PrivateNetwork {
 public:
  PrivateNetwork();
  ~PrivateNetwork();
  PrivateNetwork(const PrivateNetwork&) = delete;
  PrivateNetwork& operator=(const PrivateNetwork&) = delete;

  /// A veth pair, both ends up. Returns the index of the first.
  unsigned add_veth(const std::string& name, const std::string& peer);
  /// A virtual interface whose driver knows nothing of XDP, up. Returns its index.
  unsigned add_without_native_xdp(const std::string& name);
  /// An interface of /dev/net/tun, `mode` being tun, without Ethernet headers, or tap.
  void add_tun(const std::string& name, const std::string& mode);
  void remove(const std::string& name) { ip("link del " + name); }

  /// Runs ip(8) with these arguments; throws where it fails.
  void ip(const std::string& arguments);
  /// Writes a setting below /proc/sys/net.
  void set(const std::string& setting, const std::string& value);

 private:
  Fd outside_;
};

/// 0 where there is no such interface.
unsigned index_of(const std::string& name);

}  // namespace xdpfwd
