// Who has changed what, and who was refused: the journal's audit trail.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "common/commands.h"
#include "common/error.h"
#include "daemon/blocklist/shared_text.h"
#include "daemon/control/peer.h"
#include "daemon/control/refusal_limit.h"
#include "daemon/log/log.h"

namespace xdpfwd {

using Sources = std::vector<SharedText>;

class Audit {
 public:
  explicit Audit(Log& log) : log_(log) {}

  /// A request that was carried out; its parameters were checked against the command's row. `sources` are whose claims
  /// it was about, where none of them tells.
  void changed(const Command& command, const nlohmann::json& params, const nlohmann::json& result,
               const Sources& sources, const Peer& peer);
  /// One that was not, or (not_durable) not wholly. Of many by one user only some are told.
  void refused(std::string_view command, const nlohmann::json& params, const Error& error, const Peer& peer);
  /// A connection that was closed before anything was read, since there were too many.
  void turned_away(const Peer& peer) { ++turned_away_[peer.uid]; }
  /// Tells how many were not told one by one, and who was turned away. Called now and then.
  void tell_rest();

 private:
  Log& log_;
  RefusalLimit limit_;
  std::map<uid_t, std::size_t> turned_away_;  // connections, since it was last told
};

}  // namespace xdpfwd
