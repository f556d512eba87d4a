// The wait for packets in flight, where it cannot be had as it should.
#include "daemon/datapath/grace_period.h"

#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#include <array>
#include <catch2/catch.hpp>
#include <cerrno>
#include <cstddef>

#include "tests/datapath/child.h"

namespace xdpfwd {
namespace {

/// As in a sandbox whose filter of system calls knows no threads.
void forbid_threads() {
  std::array<sock_filter, 4> steps{{BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
                                    BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_clone3, 0, 1),
                                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
                                    BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW)}};
  const sock_fprog program{.len = steps.size(), .filter = steps.data()};
  expect(prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program) == 0,
         "no filter of system calls");
}

TEST_CASE("where there can be no thread, whoever waits for packets in flight does so himself") {
  const std::string thrown = run_in_child([] {
    expect(packets_leaving().wait_for(std::chrono::seconds(0)) != std::future_status::deferred, "no thread was tried");
    forbid_threads();
    std::future<void> leaving = packets_leaving();
    expect(leaving.wait_for(std::chrono::seconds(0)) == std::future_status::deferred, "a thread was made");
    leaving.get();
  });
  CHECK(thrown.empty());
}

}  // namespace
}  // namespace xdpfwd
