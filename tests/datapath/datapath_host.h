// A host for the datapath as the daemon uses it: a network, a place for pins, and a list.
#pragma once

#include <bpf/bpf.h>

#include <algorithm>
#include <filesystem>
#include <string>
#include <vector>

#include "daemon/datapath/datapath.h"
#include "tests/datapath/captured_log.h"
#include "tests/datapath/foreign_program.h"
#include "tests/datapath/loaded_program.h"
#include "tests/datapath/private_network.h"

namespace xdpfwd {

inline std::filesystem::path prepared(const std::filesystem::path& pin_dir) {
  prepare_pin_dir(pin_dir);
  return pin_dir;
}

/// A host with one interface, and the list that a daemon would have read from its store.
struct DatapathHost {
  explicit DatapathHost(const Capacity& capacity) : list(capacity) {}

  PrivateNetwork network;
  harness::Bpffs bpffs;
  CapturedLog captured;
  Log log;
  unsigned veth = network.add_veth("veth0", "veth1");
  std::filesystem::path pin_dir = prepared(bpffs.path() / "xdpfwd");
  Blocklist list;

  Delta block(std::string_view prefix) {
    const Claim claim{.source = "test", .action = Action::drop, .reason = {}, .since = {}, .until = std::nullopt};
    return list.change({{parse_prefix(prefix), "test", claim}});
  }
  void start(Datapath& datapath) {
    datapath.renew(list.capacity(), list);
    datapath.want({{"veth0", AttachMode::automatic}});
    datapath.check();
    datapath.settle(list.entries());
  }
  /// Runs what is in force on the interface, whoever put it there.
  harness::Verdict verdict(const Prefix& source) {
    const Fd program(bpf_prog_get_fd_by_id(program_on(veth)));
    return harness::run(program.get(), harness::ethernet().ip(source).udp(53), {.interface = veth});
  }
  harness::Verdict verdict(const char* source) { return verdict(parse_prefix(source)); }
  EntryId id(std::string_view prefix) { return list.find(parse_prefix(prefix))->id; }
  std::vector<std::string> pinned_generations() {
    std::vector<std::string> names;
    for (const auto& item : std::filesystem::directory_iterator(pin_dir))
      if (item.path().filename() != "links") names.push_back(item.path().filename());
    std::ranges::sort(names);
    return names;
  }
};

}  // namespace xdpfwd
