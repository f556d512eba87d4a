// The daemon that faults are tried on, and what must hold of it and of what it leaves, whatever happened to it.
#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/integration/fixture.h"

namespace xdpfwd::harness {

/// What a list holds, as lines of prefix, source and action.
using Claims = std::set<std::string>;

class Subject : public virtual Fixture {
 public:
  virtual ~Subject() = default;

  /// Starts it and waits until it has either ended, or answered and put everything in order. True where it runs then.
  bool come_up();
  void kill();
  bool answers() const;

  Claims claims() const;
  /// Whether the program that is on the interface drops packets from that address. False where none is there.
  bool drops(const std::string& address) const;
  virtual bool is_filtered() const { return static_cast<bool>(program()); }
  /// Addresses on which the filter and the claims do not agree.
  Strings disagreements(const Claims& claims) const;
  /// What somebody else's program, beside this one, does not do as it was told.
  virtual Strings harm() const { return {}; }
  /// Where the packets come from that it is to block all the while.
  virtual Strings bad() const { return {Network::way(Family::ipv4).bad, Network::way(Family::ipv6).bad}; }
  /// From now on such an address is looked at by disagreements().
  void watch(const std::string& address) { watched_.insert(address); }

  /// Notes what is pinned: once the next daemon has put everything in order, it has to be gone.
  void note_objects();
  /// Whatever is there and would not be where nothing had ever gone wrong.
  virtual Strings left_behind();

  /// What the daemon has said since the last call of mark_log().
  std::string fresh_log() const { return log().substr(log_mark_); }
  void mark_log() { log_mark_ = log().size(); }

 protected:
  /// The program that is on the interface, by our link; none where there is none.
  virtual Fd program() const;
  /// What is pinned of links, which has to be.
  virtual Strings links() const { return {Network::guarded_interface(0)}; }

 private:
  Strings unknown_files() const;
  Strings unknown_pins() const;

  std::set<std::string> watched_;
  KernelObjects noted_;
  std::size_t log_mark_ = 0;
};

}  // namespace xdpfwd::harness
