// Where the caller is logged in from.
#include "ctl/ssh_peer.h"
#include "tests/unit/support.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;

namespace {

using Found = std::optional<std::string>;

/// A procfs that has the processes told.
class Processes {
 public:
  void add(int pid, int parent, std::string_view environment, const std::string& name = "sh") {
    const auto process = directory_.path() / std::to_string(pid);
    std::filesystem::create_directory(process);
    test::write_file(process / "environ", environment);
    test::write_file(process / "stat", std::to_string(pid) + " (" + name + ") S " + std::to_string(parent) + " 1 1 0");
  }
  Found peer(const SshVariables& own, int parent) const { return ssh_peer(own, parent, directory_.path()); }

 private:
  test::TemporaryDirectory directory_;
};

std::string_view text(const char* bytes, std::size_t size) { return {bytes, size}; }
#define BYTES(literal) text(literal, sizeof(literal) - 1)

}  // namespace

TEST_CASE("the peer is the first word, without a zone", "[ctl]") {
  CHECK(peer_in("192.0.2.7 50000 192.0.2.1 22") == Found("192.0.2.7"));
  CHECK(peer_in("2001:DB8::1 50000 22") == Found("2001:db8::1"));
  CHECK(peer_in("fe80::1%eth0 50000 fe80::2%eth0 22") == Found("fe80::1"));
  CHECK(peer_in("::ffff:192.0.2.7 50000 22") == Found("192.0.2.7"));
  for (const char* none :
       {"", " ", "UNKNOWN 65535 65535", "192.0.2.0/24 1 2", "host.example 1 2", "192.0.2.1-192.0.2.9"})
    CHECK(peer_in(none) == std::nullopt);
}

TEST_CASE("its own environment comes first", "[ctl]") {
  Processes processes;
  processes.add(10, 1, BYTES("SSH_CONNECTION=198.51.100.1 1 2 3\0"));
  CHECK(processes.peer({"192.0.2.7 1 2 3", "192.0.2.8 1 2"}, 10) == Found("192.0.2.7"));
  CHECK(processes.peer({nullptr, "192.0.2.8 1 2"}, 10) == Found("192.0.2.8"));
  CHECK(processes.peer({"", nullptr}, 10) == std::nullopt);
}

TEST_CASE("under sudo the nearest ancestor that was logged in tells", "[ctl]") {
  Processes processes;
  processes.add(10, 9, BYTES("PATH=/bin\0TERM=xterm\0"), "sudo) S 77 (");
  processes.add(9, 8, BYTES("MY_SSH_CONNECTION=203.0.113.1 1\0HOME=/\0SSH_CLIENT=192.0.2.7 1 2\0"));
  processes.add(8, 1, BYTES("SSH_CONNECTION=198.51.100.1 1 2 3\0"));
  processes.add(1, 0, "");
  CHECK(processes.peer({nullptr, nullptr}, 10) == Found("192.0.2.7"));
  CHECK(processes.peer({nullptr, nullptr}, 8) == Found("198.51.100.1"));
  CHECK(processes.peer({nullptr, nullptr}, 1) == std::nullopt);
  CHECK(processes.peer({nullptr, nullptr}, 4711) == std::nullopt);
}

TEST_CASE("the way up ends, whatever the processes look like", "[ctl]") {
  Processes processes;
  processes.add(10, 11, "");
  processes.add(11, 10, "");
  processes.add(12, -5, BYTES("SSH_CONNECTION"));
  CHECK(processes.peer({nullptr, nullptr}, 10) == std::nullopt);
  CHECK(processes.peer({nullptr, nullptr}, 12) == std::nullopt);
  for (int pid = 100; pid < 140; ++pid) processes.add(pid, pid + 1, "");
  processes.add(131, 132, BYTES("SSH_CLIENT=192.0.2.7 1 2\0"));
  processes.add(132, 133, BYTES("SSH_CLIENT=192.0.2.8 1 2\0"));
  CHECK(processes.peer({nullptr, nullptr}, 100) == Found("192.0.2.7"));  // the 32nd
  CHECK(processes.peer({nullptr, nullptr}, 99) == std::nullopt);
  processes.add(131, 132, "");
  CHECK(processes.peer({nullptr, nullptr}, 100) == std::nullopt);
}

TEST_CASE("this process is asked without harm", "[ctl]") { CHECK_NOTHROW(ssh_peer()); }
