// Every kind of message that somebody may want to find, with its MESSAGE_ID: the one list of them. What they mean is in
// systemd/xdpfwd.catalog, their fields in docs/journal.md; a test compares the three.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "daemon/log/log.h"

namespace xdpfwd {

enum class Message : std::uint8_t {
  ready,
  stopping,
  failed,
  generation,
  attached,
  interface_refused,
  interface_lost,
  pins_restored,
  pins_gone,
  detached,
  reloaded,
  reload_failed,
  changed,
  refused,
  turned_away,
  expired,
  undone,
  list_taken,
  list_stale,
  list_good,
  list_protected,
  list_removed,
  protected_now,
  store_failing,
  store_stored,
  capacity,
  health_worse,
  health_better,
  packet,
  suppressed,
  fault,
};

struct MessageRow {
  std::string_view name;
  std::string_view id;  // 128 random bits, in hexadecimal; never changed, since people search for it
};

inline constexpr std::array message_rows{
    MessageRow{"ready", "0abd103cfc5d4e2ea0f2c7dea5c8afc9"},
    MessageRow{"stopping", "dce4c45a814a45e4b45daed6e6bf7e60"},
    MessageRow{"failed", "736a4ed0f87a4a309b2e40d222b3d54a"},
    MessageRow{"generation", "2bedd8d1b55246d299cfd4016ce45d93"},
    MessageRow{"attached", "97f5cd6bc8364b458510c8807e4ccccc"},
    MessageRow{"interface_refused", "a10de850abfb4af4811d96a918eaf4ec"},
    MessageRow{"interface_lost", "b24d0a5d0beb49b9b9e2507802755227"},
    MessageRow{"pins_restored", "6bfea726dd9849ef8fef863f129c191f"},
    MessageRow{"pins_gone", "56933783ecb64aa6ae68b42db05c607c"},
    MessageRow{"detached", "881840ab8b084063bebf11ae410c5c1a"},
    MessageRow{"reloaded", "49873faed89c4e7b890876eb6ec626a1"},
    MessageRow{"reload_failed", "2d8a38e9cd5a43dd8bde4cd0527750cf"},
    MessageRow{"changed", "f6d6ed74f58f4d9b9eaad8030729b6a5"},
    MessageRow{"refused", "3007af6f60424aa39571d79b294a83ad"},
    MessageRow{"turned_away", "3c3a86c27e784c9589242f7496620429"},
    MessageRow{"expired", "94f2df23c0244dd3b219810ce71c5feb"},
    MessageRow{"undone", "50015ba7cf4742d59409da00fe2f8b12"},
    MessageRow{"list_taken", "4113906b5a624195b2066687e14db560"},
    MessageRow{"list_stale", "033af4e9c3e648ecaf8e9b68369e7918"},
    MessageRow{"list_good", "8e6d1873f88b421da887e2d9489e9ce8"},
    MessageRow{"list_protected", "3a67523fc2d247c4b6df4e5d9cb855a9"},
    MessageRow{"list_removed", "88cb97f0684548bb87c28eb3ced68438"},
    MessageRow{"protected_now", "fe9f28dd969441f587083a3067e25124"},
    MessageRow{"store_failing", "08e5d745b45649f2a38935b703946a94"},
    MessageRow{"store_stored", "4cc84e58d67941f2bc4be041cc3dce77"},
    MessageRow{"capacity", "b6c3f6eff8c9414190b6f4604eee9243"},
    MessageRow{"health_worse", "9f2486d8463d46738bf8cf04f79b1ceb"},
    MessageRow{"health_better", "01446801fec34584ac22c75b6b8fe5b0"},
    MessageRow{"packet", "d57f5a84549a82682161c5b7aec72ebc"},
    MessageRow{"suppressed", "efb3333b04c2447b95bca93777fcf5b0"},
    MessageRow{"fault", "2b22a8dc302240ada5c13eff6048f197"},
};
static_assert(message_rows.size() == static_cast<std::size_t>(Message::fault) + 1);

constexpr std::string_view name_of(Message message) { return message_rows[static_cast<std::size_t>(message)].name; }

/// The field that makes a message one of this kind.
inline Field id_of(Message message) {
  return {"MESSAGE_ID", std::string(message_rows[static_cast<std::size_t>(message)].id)};
}

}  // namespace xdpfwd
