// The firewall by definition, to hold the real one against: a bag of claims, looked through for every
// packet. It shares no code with the blocklist.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "daemon/blocklist/blocklist.h"

namespace xdpfwd {

class NaiveModel {
 public:
  /// Of all claims on prefixes around an address the one with the strongest action decides, and of
  /// several such the one with the longest prefix.
  struct Decision {
    Action action = Action::none;
    std::optional<Prefix> entry;
  };

  /// Claims nothing of a source that claims no more; counters of entries without claims are forgotten.
  void change(const std::vector<Edit>& edits);
  Decision decide(const Prefix& host) const;
  void count(const Prefix& entry, std::uint64_t bytes);

  std::uint64_t packets_of(const Prefix& entry) const;
  std::uint64_t bytes_of(const Prefix& entry) const;
  const std::vector<Edit>& claims() const { return claims_; }
  std::vector<Prefix> entries() const;

 private:
  struct Counter {
    std::uint64_t packets = 0;
    std::uint64_t bytes = 0;
  };

  std::vector<Edit> claims_;
  std::map<std::string, Counter> counters_;  // by the prefix in words
};

}  // namespace xdpfwd
