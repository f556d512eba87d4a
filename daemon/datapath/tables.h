// The lookup's side in user space: puts entries into the tables that packets read, and takes them out.
// The BPF side of it is bpf/lookup.h.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "daemon/blocklist/blocklist.h"
#include "daemon/datapath/ipv4_table.h"
#include "daemon/datapath/ipv6_table.h"

namespace xdpfwd {

class Tables {
 public:
  Tables(Ipv4Table ipv4, Ipv6Table ipv6) : ipv4_(std::move(ipv4)), ipv6_(std::move(ipv6)) {}

  /// Makes these entries decide, in their order, each for the addresses that no narrower one has, but for those
  /// without an action. Throws TablesFull or Error; part of it may be in force then.
  void put(std::span<const Effective> entries);
  /// Hands what these entries have on to their heirs. As put(). What was never put has nothing, as where a change is
  /// taken back that there was no room for.
  void remove(std::span<const Delta::Removal> removals);

  /// From now on packets may read the tables.
  void go_live() {
    live_ = true;
    ipv4_.go_live();
  }

  const Ipv4Table& ipv4() const { return ipv4_; }
  const Ipv6Table& ipv6() const { return ipv6_; }

 private:
  /// By action.
  using Ipv6Additions = std::array<std::vector<Effective>, 4>;

  void put_ipv4(const Effective& entry);
  void put_ipv6(const Ipv6Additions& added, std::span<const Effective> changed);
  void remove_ipv4(const Delta::Removal& removal);
  void remove_ipv6(const Delta::Removal& removal);
  void let_ipv6_arrive();

  Ipv4Table ipv4_;
  Ipv6Table ipv6_;
  std::vector<std::uint8_t> lengths_;  // by id
  std::vector<bool> in_ipv6_;          // by id
  Action newest_ipv6_ = Action::none;  // the strongest of IPv6 entries that packets on their way may be too early for
  bool live_ = false;
};

}  // namespace xdpfwd
