// The datapath of this project, as the benchmark sees it. Nothing else here knows its interface.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "daemon/datapath/fd.h"
#include "tests/bench/address_list.h"

namespace xdpfwd::bench {

/// The real program with these entries, all of which drop, on a bpffs of its own.
class Ours {
 public:
  explicit Ours(const AddressList& list);
  ~Ours();
  Ours(const Ours&) = delete;
  Ours& operator=(const Ours&) = delete;

  int program() const;
  /// The map of that name, which the program uses. Throws std::system_error.
  Fd map(std::string_view name) const;
  /// Has as many of its packets be sampled as somebody who listens gets by default, or none.
  void be_listened_to(bool listened) const;
  /// Reads what was sampled.
  void drain() const;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

/// Entry ids as they are in life: an entry has the id of its arrival, which says nothing about its address.
std::vector<std::uint32_t> shuffled_ids(std::size_t count);

/// Makes the rows for an interface in a program's statistics, so that its packets are counted. A program that was
/// compiled without statistics is left alone.
void count_packets_of(int program, unsigned interface, const std::string& name);

/// In every network namespace, and where a test run's packets come from.
inline constexpr unsigned loopback = 1;

}  // namespace xdpfwd::bench
