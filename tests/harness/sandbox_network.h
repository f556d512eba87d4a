// Two network namespaces with veth pairs between them: `guarded`, where the daemon is, and `outside`. Nothing that
// happens in them reaches the machine's own interfaces. They have no names: nothing but the processes in
// them and this object keeps them alive, so nothing is left of them when the test ends, however it ends.
#pragma once

#include <sched.h>

#include <cstdint>
#include <future>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/prefix.h"
#include "daemon/datapath/fd.h"
#include "tests/harness/packet.h"

namespace xdpfwd::harness {

enum class Tags { none, vlan, qinq };

// The ids of the tags; the outer one is the provider's.
inline constexpr std::uint16_t vlan_id = 7;
inline constexpr std::uint16_t outer_vlan_id = 9;
inline constexpr std::uint16_t inner_vlan_id = 10;

/// How packets of one family get from outside to the guarded side.
struct Way {
  std::string name;  // as `IPv6 over QinQ`
  Family family;
  Tags tags;
  std::string server;  // an address of the guarded side
  std::string good;    // two of the outside
  std::string bad;
};

class Network {
 public:
  /// With a first link. Throws std::runtime_error.
  Network();
  /// The same with a guarded side that is there already.
  explicit Network(Fd guarded);

  /// A veth pair: `guardedN` and `outsideN`. Its neighbours are told of each other, so that they need not ask.
  void add_link(unsigned number);
  void remove_link(unsigned number);
  /// Has the guarded interface be in the outside namespace, and brings it back from there, with its addresses.
  void move_link_away(unsigned number);
  void move_link_back(unsigned number);
  static std::string guarded_interface(unsigned number) { return "guarded" + std::to_string(number); }
  static std::string outside_interface(unsigned number) { return "outside" + std::to_string(number); }
  static Mac guarded_mac(unsigned number) { return {2, 0, 0, 0, 1, static_cast<std::uint8_t>(number)}; }
  static Mac outside_mac(unsigned number) { return {2, 0, 0, 0, 2, static_cast<std::uint8_t>(number)}; }

  /// Interfaces for the ways with tags, on the first link. False where this kernel knows no VLAN.
  bool add_vlan_interfaces();

  static Way way(Family family, Tags tags = Tags::none, unsigned link = 0);

  int guarded() const { return guarded_.get(); }
  int outside() const { return outside_.get(); }

 private:
  Fd guarded_;
  Fd outside_;
};

/// Calls the function on a thread in that namespace; sockets that it makes stay there.
template <typename Function>
auto in_namespace(int network_namespace, Function function) {
  return std::async(std::launch::async,
                    [&] {
                      if (setns(network_namespace, CLONE_NEWNET) != 0) throw std::runtime_error("setns failed");
                      return function();
                    })
      .get();
}

}  // namespace xdpfwd::harness
