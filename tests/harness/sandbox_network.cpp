#include "tests/harness/sandbox_network.h"

#include <fcntl.h>
#include <unistd.h>

#include <array>
#include <sstream>
#include <utility>

#include "tests/harness/process.h"

namespace xdpfwd::harness {
namespace {

/// From 198.18.0.0/15 and 2001:db8::/32, which are for such uses (RFC 2544, RFC 3849). Every way has a network of its
/// own.
std::string address(Family family, Tags tags, unsigned link, unsigned host) {
  const std::string network = std::to_string(1 + 10 * link + static_cast<unsigned>(tags));
  return family == Family::ipv4 ? "198.18." + network + "." + std::to_string(host)
                                : "2001:db8:" + network + "::" + std::to_string(host);
}

constexpr unsigned server_host = 1;
constexpr unsigned good_host = 2;
constexpr unsigned bad_host = 66;

struct Side {
  std::string interface;
  Mac mac;
  std::vector<unsigned> hosts;
};

Side guarded_side(unsigned link) {
  return {Network::guarded_interface(link), Network::guarded_mac(link), {server_host}};
}

Side outside_side(unsigned link) {
  return {Network::outside_interface(link), Network::outside_mac(link), {good_host, bad_host}};
}

std::string to_string(const Mac& mac) {
  std::array<char, 18> text{};
  std::snprintf(text.data(), text.size(), "%02x:%02x:%02x:%02x:%02x:%02x", mac[0], mac[1], mac[2], mac[3], mac[4],
                mac[5]);
  return text.data();
}

/// Lines for `ip -batch`: addresses and neighbours of an interface.
std::string addresses_for(const Side& side, const Side& other, Tags tags, unsigned link) {
  std::ostringstream lines;
  lines << "link set dev " << side.interface << " addrgenmode none up\n";
  for (const Family family : families) {
    const char* length = family == Family::ipv4 ? "/24" : "/64 nodad";
    for (const unsigned host : side.hosts)
      lines << "address add " << address(family, tags, link, host) << length << " dev " << side.interface << "\n";
    for (const unsigned host : other.hosts)
      lines << "neighbour replace " << address(family, tags, link, host) << " lladdr " << to_string(other.mac)
            << " nud permanent dev " << side.interface << "\n";
  }
  return lines.str();
}

/// The same for its VLAN interfaces.
std::string vlan_lines_for(const Side& side, const Side& other) {
  const std::string& base = side.interface;
  const std::string vlan = base + "." + std::to_string(vlan_id);
  const std::string outer = base + "." + std::to_string(outer_vlan_id);
  const std::string inner = outer + "." + std::to_string(inner_vlan_id);
  std::ostringstream lines;
  lines << "link add link " << base << " name " << vlan << " type vlan id " << vlan_id << "\n"
        << "link add link " << base << " name " << outer << " type vlan protocol 802.1ad id " << outer_vlan_id << "\n"
        << "link add link " << outer << " name " << inner << " type vlan id " << inner_vlan_id << "\n"
        << "link set dev " << outer << " addrgenmode none up\n"
        << addresses_for({vlan, side.mac, side.hosts}, other, Tags::vlan, 0)
        << addresses_for({inner, side.mac, side.hosts}, other, Tags::qinq, 0);
  return lines.str();
}

void ip_batch(const Fd& network_namespace, const std::string& lines) {
  run_or_throw({.words = {"ip", "-batch", "-"}, .network_namespace = network_namespace.get(), .input = lines});
}

Fd new_namespace() {
  Fd made = std::async(std::launch::async, [] {
              if (unshare(CLONE_NEWNET) != 0) throw std::runtime_error("make a network namespace failed");
              return Fd(open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC));
            }).get();
  if (!made) throw std::runtime_error("open a network namespace failed");
  ip_batch(made, "link set dev lo up\n");
  return made;
}

/// By which another program can name it.
std::string path_of(const Fd& fd) { return "/proc/" + std::to_string(getpid()) + "/fd/" + std::to_string(fd.get()); }

}  // namespace

Network::Network() : Network(new_namespace()) {}

Network::Network(Fd guarded) : guarded_(std::move(guarded)), outside_(new_namespace()) { add_link(0); }

void Network::add_link(unsigned number) {
  const Side guarded = guarded_side(number);
  const Side outside = outside_side(number);
  run_or_throw(
      {.words = {"ip", "link", "add", guarded.interface, "address", to_string(guarded.mac), "type", "veth", "peer",
                 "name", outside.interface, "address", to_string(outside.mac), "netns", path_of(outside_)},
       .network_namespace = guarded_.get()});
  ip_batch(guarded_, addresses_for(guarded, outside, Tags::none, number));
  ip_batch(outside_, addresses_for(outside, guarded, Tags::none, number));
}

bool Network::add_vlan_interfaces() {
  const Outcome known =
      run({.words = {"ip", "link", "add", "link", guarded_interface(0), "name", "probe", "type", "vlan", "id", "99"},
           .network_namespace = guarded_.get()});
  if (known.status != 0) return false;
  ip_batch(guarded_, vlan_lines_for(guarded_side(0), outside_side(0)));
  ip_batch(outside_, vlan_lines_for(outside_side(0), guarded_side(0)));
  return true;
}

void Network::remove_link(unsigned number) { ip_batch(guarded_, "link delete " + guarded_interface(number) + "\n"); }

void Network::move_link_away(unsigned number) {
  ip_batch(guarded_, "link set dev " + guarded_interface(number) + " netns " + path_of(outside_) + "\n");
}

void Network::move_link_back(unsigned number) {
  ip_batch(outside_, "link set dev " + guarded_interface(number) + " netns " + path_of(guarded_) + "\n");
  ip_batch(guarded_, addresses_for(guarded_side(number), outside_side(number), Tags::none, number));
}

Way Network::way(Family family, Tags tags, unsigned link) {
  constexpr std::array<std::string_view, 3> over{"", " over VLAN", " over QinQ"};
  return {.name = (family == Family::ipv4 ? "IPv4" : "IPv6") + std::string(over[static_cast<std::size_t>(tags)]),
          .family = family,
          .tags = tags,
          .server = address(family, tags, link, server_host),
          .good = address(family, tags, link, good_host),
          .bad = address(family, tags, link, bad_host)};
}

}  // namespace xdpfwd::harness
