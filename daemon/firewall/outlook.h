// What edits will have made of the entries around protected addresses, before they are made.
#pragma once

#include <functional>
#include <map>
#include <set>

#include "daemon/blocklist/blocklist.h"

namespace xdpfwd {

class Outlook {
 public:
  explicit Outlook(const Blocklist& blocklist) : blocklist_(blocklist) {}

  /// One more edit, after those before.
  void add(const Edit& edit);

  /// Whether an entry that overlaps the prefix will drop, or would but for its being protected itself.
  bool will_drop(const Prefix& prefix) const;
  /// Whether one is forced to.
  bool will_be_forced(const Prefix& prefix) const;
  /// Whether the prefix itself will have a claim that protects it.
  bool will_protect(const Prefix& prefix) const;

 private:
  bool any_overlapping(const Prefix& prefix, const std::function<bool(const ClaimList&)>& holds) const;

  const Blocklist& blocklist_;
  std::map<Prefix, ClaimList> edited_;
  std::set<EntryId> ids_;  // of those among them that are there already
};

}  // namespace xdpfwd
