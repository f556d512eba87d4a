// What the daemon finds around it is less than a host has: it filters all the same, or tells what that means.
#include <elf.h>
#include <sys/mount.h>

#include <catch2/catch.hpp>

#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

/// Hides what the kernel tells of its types, in this mount namespace.
class WithoutBtf {
 public:
  explicit WithoutBtf(const std::filesystem::path& directory) {
    const std::filesystem::path nothing = directory / "nothing";
    std::filesystem::create_directory(nothing);
    hidden_ = std::filesystem::exists(place) && mount(nothing.c_str(), place, nullptr, MS_BIND, nullptr) == 0;
    if (std::filesystem::exists(file)) throw std::runtime_error("the kernel's BTF cannot be hidden");
  }
  ~WithoutBtf() {
    if (hidden_) umount2(place, MNT_DETACH);
  }
  WithoutBtf(const WithoutBtf&) = delete;
  WithoutBtf& operator=(const WithoutBtf&) = delete;

 private:
  static constexpr auto place = "/sys/kernel/btf";
  static constexpr auto file = "/sys/kernel/btf/vmlinux";

  bool hidden_ = false;
};

/// The daemon's program with an XDP program in it that no kernel takes: its first instruction is none.
std::string with_bad_xdp_program(std::string daemon) {
  const std::string_view all = daemon;
  for (std::size_t at = 1; (at = all.find(ELFMAG, at)) != all.npos; ++at) {
    Elf64_Ehdr header{};
    if (all.copy(reinterpret_cast<char*>(&header), sizeof(header), at) < sizeof(header)) break;
    if (header.e_machine != EM_BPF) continue;
    const auto section = [&](std::size_t number) {
      Elf64_Shdr found{};
      all.copy(reinterpret_cast<char*>(&found), sizeof(found), at + header.e_shoff + number * sizeof(found));
      return found;
    };
    const Elf64_Shdr names = section(header.e_shstrndx);
    for (std::size_t number = 0; number < header.e_shnum; ++number) {
      const Elf64_Shdr code = section(number);
      if (!all.substr(at + names.sh_offset + code.sh_name).starts_with("xdp")) continue;
      daemon.replace(at + code.sh_offset, 8, 8, '\xff');
      return daemon;
    }
  }
  throw std::runtime_error("there is no XDP program in the daemon");
}

}  // namespace

TEST_CASE("a bpf file system that goes with the daemon is told of loudly, and one that only propagates is not") {
  const bool is_its_own = GENERATE(true, false);
  CAPTURE(is_its_own);
  Fixture sandbox;
  const std::string place = sandbox.pin_dir().parent_path();
  const std::string mount_it = is_its_own ? "mount -t bpf bpf " + place + " && " : "";
  sandbox.daemon_may_share = true;  // to make the mount namespace
  sandbox.daemon_wrapper = {"unshare", "--mount", "sh", "-c", mount_it + "exec \"$0\" \"$@\""};
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  sandbox.ask({"block", way.bad});
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));

  const nlohmann::json health = sandbox.ask({"status"})["health"];
  CAPTURE(health.dump(1));
  const std::string told = place + " is mounted in the daemon's own mount namespace alone";
  CHECK((sandbox.log().find(told) != std::string::npos) == is_its_own);
  CHECK(health["state"] == (is_its_own ? "degraded" : "ok"));
  if (is_its_own) {
    CHECK(health["reasons"][0]["code"] == "not_pinned");
    CHECK_THAT(health["reasons"][0]["message"], Contains(told));
    CHECK_THAT(health["reasons"][0]["hint"], Contains("nsenter --mount=/proc/1/ns/mnt xdpfwd"));
  }

  sandbox.stop_daemon(SIGKILL);
  if (is_its_own)
    CHECK(eventually([&] { return ping_answers(sandbox.network(), way, way.bad, 1); }));  // as it was told
  else
    CHECK(ping_is_silent(sandbox.network(), way, way.bad));
}

TEST_CASE("a kernel without BTF filters, and doctor says that nothing is missing") {
  Fixture sandbox;
  const WithoutBtf hidden(sandbox.path());
  sandbox.start_daemon();
  CHECK(sandbox.is_attached());
  const Way way = Network::way(Family::ipv6);
  sandbox.ask({"block", way.bad});
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK(ping_answers(sandbox.network(), way, way.good));
  CHECK_THAT(sandbox.run_daemon({"--doctor"}).out, Contains("has no BTF, which xdpfwd does not need"));
}

TEST_CASE("a program that the verifier refuses is told with its last lines, and the old one stays in force") {
  Fixture sandbox;
  sandbox.start_daemon();
  const Way way = Network::way(Family::ipv4);
  sandbox.ask({"block", way.bad});
  const std::vector<std::uint32_t> before = sandbox.kernel_objects().programs;
  sandbox.stop_daemon();

  const std::filesystem::path bad = sandbox.path() / "bad-xdpfwd";  // as an upgrade might bring it
  write_file(bad, with_bad_xdp_program(read_file(XDPFWD_PROGRAM)));
  std::filesystem::permissions(bad, std::filesystem::perms::owner_all);
  sandbox.daemon_wrapper = {"sh", "-c", "exec " + bad.string() + " \"$@\""};
  const Outcome outcome = sandbox.run_daemon();
  CHECK(outcome.status == 1);
  CHECK_THAT(outcome.err,
             Contains("load the XDP program: ") && Contains("the kernel said: ") && Contains("unknown opcode ff"));
  CHECK(sandbox.kernel_objects().programs == before);
  CHECK(sandbox.generations().size() == 1);
  CHECK(ping_is_silent(sandbox.network(), way, way.bad));
  CHECK(ping_answers(sandbox.network(), way, way.good));
}
