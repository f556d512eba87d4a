#include "tests/integration/callers.h"

#include <fcntl.h>
#include <grp.h>

#include "tests/harness/requirements.h"
#include "tests/integration/live_program.h"

namespace xdpfwd::harness {

gid_t group_named(const char* name) {
  const group* found = getgrnam(name);
  require(found != nullptr, std::string("needs the group ") + name);
  return found->gr_gid;
}

CallerFixture::CallerFixture() : admins_(group_named("users")), readers_(group_named("games")) {
  config["control"]["admin_group"] = "users";
  config["control"]["read_group"] = "games";
}

ctl::Connection CallerFixture::connect(const Caller& caller) const {
  Fd made = connect_as(caller, socket());
  if (!made) throw std::runtime_error("connect to the daemon failed");
  fcntl(made.get(), F_SETFL, 0);  // it may wait
  return {ctl::Descriptor(made.release()), long_enough};
}

}  // namespace xdpfwd::harness
