#include "tests/datapath/table_check.h"

#include <bpf/bpf.h>

#include <bit>
#include <vector>

namespace xdpfwd {
namespace {

using namespace ipv4;

bool is_owner(Owner owner) { return (owner & XDPFWD_ACTION_MASK) != 0 && owner >> 31 == 0; }

/// Goes through all that can be reached from the roots.
class Ipv4Check {
 public:
  explicit Ipv4Check(const Ipv4Table& table) : table_(table), taken_(table.cells().words().size()) {}

  Findings findings() {
    for (std::uint32_t index = 0; index < table_.roots().size() && found_.fault.empty(); ++index) {
      check_root(table_.roots()[index]);
      check_filter(index);
      if (!found_.fault.empty()) found_.fault += ", root " + std::to_string(index);
    }
    if (found_.fault.empty() && used_ != table_.cells().used()) say("cells are used that no root leads to");
    return found_;
  }

 private:
  void say(const std::string& fault) {
    if (found_.fault.empty()) found_.fault = fault;
  }

  void check_filter(std::uint32_t index) {
    const std::uint32_t first_net = index * nets_a_root;
    const std::uint64_t word = table_.filter()[first_net / XDPFWD_FILTER_NETS];
    const std::uint64_t bits = word >> first_net % XDPFWD_FILTER_NETS & ((1u << nets_a_root) - 1);
    if (bits != filter_bits(table_.roots()[index])) say("the filter tells something else than the root");
  }

  void check_root(std::uint64_t root) {
    if (root == 0) return;
    if (is_uniform(root)) {
      ++found_.whole_roots;
      if (!is_owner(uniform_owner(root))) say("a root's owner is none");
      if (present_in(root) != 0xffffffff) say("a root with one owner has gaps");
      return;
    }
    const auto count = static_cast<std::uint32_t>(std::popcount(present_in(root)));
    if (count == 0) return say("a root leads to no cells");
    if (!take(base_of(root), count)) return;
    unsigned alike = 0;
    for (std::uint32_t position = 0; position < count; ++position) {
      const std::uint64_t cell = word(base_of(root) + position);
      check_cell(cell);
      alike += cell == interval_cell(cell_value(word(base_of(root))), 0, 255);
    }
    if (alike == XDPFWD_ROOT_SLOTS) say("a root with one owner has cells");
  }

  void check_cell(std::uint64_t cell) {
    const unsigned count = cell_count(cell);
    if (count == 1) {
      ++found_.intervals;
      return check_interval(cell);
    }
    if (count < 1 || count > XDPFWD_TABLE) return say("a cell's count is " + std::to_string(count));
    if (!take(cell_value(cell), cells_behind(cell))) return;
    ++(count == XDPFWD_TABLE ? found_.tables : found_.lists);
    if (count == XDPFWD_TABLE) return check_table(cell);
    for (unsigned index = 0; index < count; ++index) {
      const std::uint64_t interval = word(cell_value(cell) + index);
      check_interval(interval);
      if (index > 0) check_neighbours(word(cell_value(cell) + index - 1), interval);
    }
  }

  void check_interval(std::uint64_t cell) {
    if (cell_count(cell) != 1) say("an interval is none");
    if (cell_first(cell) > cell_last(cell)) say("an interval ends before it begins");
    if (!is_owner(cell_value(cell))) say("an interval's owner is none");
  }

  void check_neighbours(std::uint64_t left, std::uint64_t right) {
    if (cell_last(left) >= cell_first(right)) say("intervals overlap, or are out of order");
    if (cell_last(left) + 1 == cell_first(right) && cell_value(left) == cell_value(right))
      say("two intervals should be one");
  }

  void check_table(std::uint64_t cell) {
    const Hosts hosts = read_cell(table_.cells(), cell);
    unsigned intervals = 0;
    for (unsigned host = 0; host < hosts.size(); ++host) {
      if (hosts[host] != nobody && !is_owner(hosts[host])) say("a table's owner is none");
      intervals += hosts[host] != nobody && (host == 0 || hosts[host - 1] != hosts[host]);
    }
    if (intervals <= XDPFWD_MAX_LIST) say("a table should be a list");
  }

  /// A block of cells, which belongs to nothing else.
  bool take(std::uint32_t block, std::uint32_t count) {
    used_ += Cells::block_size(count);
    if (block + count > taken_.size()) {
      say("cells lie behind the end of the map");
      return false;
    }
    for (std::uint32_t index = block; index < block + count; ++index) {
      if (taken_[index]) say("cells belong to two");
      taken_[index] = true;
    }
    return true;
  }

  std::uint64_t word(std::uint32_t index) const { return table_.cells().words()[index]; }

  const Ipv4Table& table_;
  std::vector<bool> taken_;
  std::size_t used_ = 0;
  Findings found_;
};

std::string fault_of_ipv6(const Ipv6Table& table) {
  xdpfwd_ipv6_key key{};
  const xdpfwd_ipv6_key* previous = nullptr;
  for (; bpf_map_get_next_key(table.entries(), previous, &key) == 0; previous = &key) {
    std::uint64_t value = 0;
    if (bpf_map_lookup_elem(table.entries(), &key, &value) != 0 || !is_owner(static_cast<Owner>(value)))
      return "an entry's owner is none";
    if (value >> 32 << 32 != xdpfwd_ipv6_mark(&key)) return "an entry's owner is another's";
    if (key.length > 128) return "an entry's length is " + std::to_string(key.length);
    if (!table.is_announced(key.high, static_cast<unsigned>(key.length))) return "no packet would look for an entry";
  }
  return {};
}

}  // namespace

Findings look_through(const Tables& tables) {
  Findings findings = Ipv4Check(tables.ipv4()).findings();
  if (findings.fault.empty()) findings.fault = fault_of_ipv6(tables.ipv6());
  return findings;
}

}  // namespace xdpfwd
