// Which network interfaces something has happened to.
#pragma once

#include <set>

namespace xdpfwd {

struct LinkChanges {
  std::set<unsigned> indexes = {};
  bool some_lost = false;  // events were lost: it may be any

  explicit operator bool() const { return some_lost || !indexes.empty(); }
  bool concern(unsigned index) const { return some_lost || indexes.contains(index); }
};

}  // namespace xdpfwd
