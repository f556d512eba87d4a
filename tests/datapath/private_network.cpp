#include "tests/datapath/private_network.h"

#include <fcntl.h>
#include <net/if.h>
#include <sched.h>

#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <system_error>

#include "tests/harness/requirements.h"

namespace xdpfwd {

PrivateNetwork::PrivateNetwork() {
  harness::require_root();
  outside_ = Fd(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
  if (!outside_ || unshare(CLONE_NEWNET) != 0)
    throw std::system_error(errno, std::generic_category(), "make a network namespace");
  set("ipv6/conf/default/disable_ipv6", "1");
}

PrivateNetwork::~PrivateNetwork() { setns(outside_.get(), CLONE_NEWNET); }

void PrivateNetwork::ip(const std::string& arguments) {
  const std::string command = "ip " + arguments;
  if (std::system(command.c_str()) != 0) throw std::runtime_error("failed: " + command);
}

void PrivateNetwork::set(const std::string& setting, const std::string& value) {
  std::ofstream("/proc/sys/net/" + setting) << value;
}

unsigned PrivateNetwork::add_veth(const std::string& name, const std::string& peer) {
  ip("link add " + name + " type veth peer name " + peer);
  ip("link set " + name + " up");
  ip("link set " + peer + " up");
  return index_of(name);
}

unsigned PrivateNetwork::add_without_native_xdp(const std::string& name) {
  // Not every kernel has a dummy driver.
  for (const std::string kind : {"dummy", "ifb", "bridge"})
    if (std::system(("ip link add " + name + " type " + kind + " 2>/dev/null").c_str()) == 0) {
      ip("link set " + name + " up");
      return index_of(name);
    }
  harness::require(false, "this kernel has none of: dummy, ifb, bridge");
  return 0;
}

void PrivateNetwork::add_tun(const std::string& name, const std::string& mode) {
  const std::string add = "ip tuntap add dev " + name + " mode " + mode;
  harness::require(std::system((add + " 2>/dev/null").c_str()) == 0, "needs /dev/net/tun");
}

unsigned index_of(const std::string& name) { return if_nametoindex(name.c_str()); }

}  // namespace xdpfwd
