// What of xdp-tools a test needs: a filter of somebody else that comes by libxdp's dispatcher, and who is in that.
#pragma once

#include <string>
#include <vector>

#include "tests/integration/fixture.h"

namespace xdpfwd::harness {

/// A bpf file system at /sys/fs/bpf, where libxdp has its pins, in the mount namespace of a sandbox that is there
/// already.
class OwnBpffs {
 public:
  OwnBpffs();
  ~OwnBpffs();
  OwnBpffs(const OwnBpffs&) = delete;
  OwnBpffs& operator=(const OwnBpffs&) = delete;
};

/// Leaves the test case as skipped where the kernel, or the machine, has no dispatcher.
void require_dispatcher();

/// A sandbox whose daemon is to share its interface.
struct SharedSandbox : virtual Fixture {
  explicit SharedSandbox(const std::string& sharing = "dispatcher");
  ~SharedSandbox();

  /// Runs a program of xdp-tools on the guarded side. Throws std::runtime_error where it fails.
  std::string tool(const Strings& words) const;
  /// xdp-filter, which drops IPv6 from `bad`; ours drops IPv4.
  void load_filter() const;
  void unload_filter() const { tool({"xdp-filter", "unload", "guarded0"}); }

  /// What is called on the interface, in the order in which it is: `xdpfwd(5)`.
  Strings programs() const;
  /// What is pinned of dispatchers, of all that there ever were.
  Strings dispatchers() const;
  /// Whether each filter drops what it is to drop, and lets pass the rest.
  bool ours_filters() const;
  bool theirs_filters() const;
  bool good_passes() const;

 private:
  OwnBpffs bpffs_;
};

}  // namespace xdpfwd::harness
