// Users with every kind of right, and connections of theirs.
#pragma once

#include "ctl/client.h"
#include "tests/integration/fixture.h"
#include "tests/integration/hostile_clients.h"

namespace xdpfwd::harness {

/// Leaves the test case as skipped where this machine has no such group.
gid_t group_named(const char* name);

/// The config of the daemon has a group for admin and one for read, which this machine has for something else.
class CallerFixture : public Fixture {
 public:
  CallerFixture();

  Caller admin(uid_t user) const { return {user, admins_}; }
  Caller reader(uid_t user) const { return {user, readers_}; }
  static Caller stranger(uid_t user) { return {user, 65534}; }

  ctl::Connection connect(const Caller& caller) const;
  ctl::Connection connect_as_root() const { return connect({0, 0}); }

 private:
  gid_t admins_;
  gid_t readers_;
};

}  // namespace xdpfwd::harness
