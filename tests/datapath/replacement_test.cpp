// The program on an interface is replaced without a moment in which a blocked packet gets through.
#include <atomic>
#include <catch2/catch.hpp>
#include <thread>

#include "daemon/datapath/attachment.h"
#include "tests/datapath/foreign_program.h"
#include "tests/datapath/loaded_program.h"
#include "tests/datapath/packet_socket.h"
#include "tests/datapath/private_network.h"

namespace xdpfwd {
namespace {

using harness::ethernet;

/// Sends blocked frames into an interface by way of its peer until it ends.
class Flood {
 public:
  explicit Flood(unsigned peer) : sender_(peer), thread_([this] { run(); }) {}
  ~Flood() {
    stop_ = true;
    thread_.join();
  }
  std::uint64_t sent() const { return sent_; }

 private:
  void run() {
    const auto frame = ethernet({0xff, 0xff, 0xff, 0xff, 0xff, 0xff}).ipv4("192.0.2.7").udp(53).payload(22).bytes();
    while (!stop_)
      if (sender_.send(frame)) ++sent_;
  }

  PacketSocket sender_;
  std::atomic<bool> stop_ = false;
  std::atomic<std::uint64_t> sent_ = 0;
  std::thread thread_;
};

struct ReplacementGround {
  PrivateNetwork network;
  LoadedProgram program;
  unsigned veth = network.add_veth("veth0", "veth1");
  unsigned peer = index_of("veth1");

  ReplacementGround() {
    program.generation().statistics().add_interface(veth, "veth0");
    program.claim("192.0.2.7", Action::drop);
  }
  std::unique_ptr<Attachment> attach(AttachMode mode) {
    std::string fallback;
    return ExclusiveAttachment::attach({"veth0", mode}, veth, program.program(), program.pin_dir() / "veth0", fallback);
  }
  Count dropped() const { return program.statistics_of("veth0").count[XDPFWD_IPV4][XDPFWD_DROPPED]; }
};

TEST_CASE("the flood of these tests gets through where nothing is attached") {
  ReplacementGround ground;
  const PacketSocket receiver(ground.veth);
  {
    const Flood flood(ground.peer);
    while (flood.sent() < 100) std::this_thread::yield();
  }
  CHECK(receiver.count_received() > 0);
}

TEST_CASE("no blocked packet passes while generations replace each other") {
  ReplacementGround ground;
  const auto mode = GENERATE(AttachMode::native, AttachMode::generic);
  const auto attachment = ground.attach(mode);
  const PacketSocket receiver(ground.veth);
  std::uint64_t sent = 0;
  {
    const Flood flood(ground.peer);
    while (flood.sent() < 1000) std::this_thread::yield();
    for (int time = 0; time < 60; ++time) {
      ground.program.renew();
      attachment->replace(ground.program.generation(), default_priority);
      CHECK(program_on(ground.veth) == ground.program.generation().program_id());
    }
    sent = flood.sent();
  }
  INFO("sent " << sent << ", dropped " << ground.dropped().packets);
  CHECK(receiver.count_received() == 0);
  const auto statistics = ground.program.statistics_of("veth0").count;
  CHECK(statistics[XDPFWD_IPV4][XDPFWD_PASSED] == Count{});
  CHECK(ground.dropped().packets > 1000);
  CHECK(ground.dropped().bytes == ground.dropped().packets * 64);
}

TEST_CASE("no blocked packet passes while the entry that blocks it is exchanged for another") {
  ReplacementGround ground;
  const auto attachment = ground.attach(AttachMode::native);
  const PacketSocket receiver(ground.veth);
  const Claim claim{.source = "test", .action = Action::drop, .reason = {}, .since = {}, .until = std::nullopt};
  const auto exchange = [&](const char* present, const char* next) {
    ground.program.change({{parse_prefix(present), "test", std::nullopt}, {parse_prefix(next), "test", claim}});
  };
  {
    const Flood flood(ground.peer);
    while (flood.sent() < 1000) std::this_thread::yield();
    for (int time = 0; time < 5000; ++time) {
      exchange("192.0.2.7", "192.0.2.0/24");
      exchange("192.0.2.0/24", "192.0.2.7");
    }
  }
  CHECK(receiver.count_received() == 0);
  CHECK(ground.program.statistics_of("veth0").count[XDPFWD_IPV4][XDPFWD_PASSED] == Count{});
  CHECK(ground.dropped().packets > 1000);
}

TEST_CASE("an attachment whose interface is gone takes no other program") {
  ReplacementGround ground;
  const auto attachment = ground.attach(AttachMode::automatic);
  ground.network.remove("veth0");
  ground.program.renew();
  CHECK_THROWS(attachment->replace(ground.program.generation(), default_priority));
}

}  // namespace
}  // namespace xdpfwd
