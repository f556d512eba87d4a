#include "daemon/datapath/rights.h"

#include <cap-ng.h>
#include <sys/prctl.h>

#include <cerrno>
#include <vector>

#include "common/error.h"

namespace xdpfwd {

bool has_right(int capability) {
  capng_get_caps_process();
  return capng_have_capability(CAPNG_EFFECTIVE, static_cast<unsigned>(capability)) == 1;
}

void keep_rights(std::span<const int> capabilities) {
  capng_get_caps_process();
  const bool may_narrow_bounds = capng_have_capability(CAPNG_EFFECTIVE, CAP_SETPCAP) == 1;
  std::vector<unsigned> kept;
  for (const int capability : capabilities)
    if (capng_have_capability(CAPNG_PERMITTED, static_cast<unsigned>(capability)) == 1)
      kept.push_back(static_cast<unsigned>(capability));
  capng_clear(may_narrow_bounds ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS);
  for (const unsigned capability : kept)
    capng_update(CAPNG_ADD, static_cast<capng_type_t>(CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET),
                 capability);
  const bool done = capng_apply(may_narrow_bounds ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS) == 0 &&
                    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
  if (!done) throw system_error("give rights up", errno);
}

}  // namespace xdpfwd
