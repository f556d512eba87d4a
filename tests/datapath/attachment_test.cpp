// The program on an interface: by which mode, who else may be there, and what keeps it in force.
#include "daemon/datapath/attachment.h"

#include <bpf/bpf.h>

#include <catch2/catch.hpp>

#include "common/error.h"
#include "tests/datapath/foreign_program.h"
#include "tests/datapath/loaded_program.h"
#include "tests/datapath/private_network.h"

namespace xdpfwd {
namespace {

namespace fs = std::filesystem;

/// A veth pair, and the real program to be attached to its first end.
struct AttachmentGround {
  PrivateNetwork network;
  LoadedProgram program;
  unsigned veth = network.add_veth("veth0", "veth1");
  fs::path pin = program.pin_dir() / "veth0";
  std::string fallback;

  std::unique_ptr<Attachment> attach(AttachMode mode, const std::string& name = "veth0") {
    return ExclusiveAttachment::attach({name, mode}, index_of(name), program.program(), pin, fallback);
  }
  std::uint32_t program_id() { return program.generation().program_id(); }
};

TEST_CASE("the program attaches in the mode that was asked for", "[kernels]") {
  AttachmentGround ground;
  const auto mode = GENERATE(AttachMode::native, AttachMode::generic);
  const auto attachment = ground.attach(mode);
  CHECK(attachment->mode() == mode);
  CHECK(attachment->interface_index() == ground.veth);
  CHECK(attachment->sharing() == Sharing::exclusive);
  CHECK(attachment->in_force(ground.program.generation()));
  CHECK(program_on(ground.veth) == ground.program_id());
  CHECK(fs::exists(ground.pin));
  CHECK(ground.fallback.empty());
}

TEST_CASE("auto takes native mode where the driver has it") {
  AttachmentGround ground;
  CHECK(ground.attach(AttachMode::automatic)->mode() == AttachMode::native);
  CHECK(ground.fallback.empty());
}

TEST_CASE("auto falls back to generic mode, and tells why") {
  AttachmentGround ground;
  ground.network.add_without_native_xdp("plain0");
  const auto attachment = ground.attach(AttachMode::automatic, "plain0");
  CHECK(attachment->mode() == AttachMode::generic);
  CHECK(program_on(index_of("plain0")) == ground.program_id());
  CHECK(ground.fallback == "Operation not supported");
}

TEST_CASE("a mode that the driver has not is refused with a hint") {
  AttachmentGround ground;
  ground.network.add_without_native_xdp("plain0");
  const auto mode = GENERATE(AttachMode::native, AttachMode::offload);
  try {
    ground.attach(mode, "plain0");
    FAIL("attached");
  } catch (const Error& error) {
    CHECK(error.code() == Code::unsupported);
    CHECK(error.what() == "attach plain0 in " + std::string(to_string(mode)) + " mode: Operation not supported");
    CHECK_THAT(error.hint(), Catch::Contains("use \"mode\": \"auto\" or \"generic\""));
  }
  CHECK_FALSE(fs::exists(ground.pin));
}

TEST_CASE("an attachment stays in force without the object that made it") {
  AttachmentGround ground;
  ground.attach(AttachMode::automatic).reset();
  CHECK(program_on(ground.veth) == ground.program_id());
  CHECK(std::system("ip link set dev veth0 xdp off 2>/dev/null") != 0);
  CHECK(program_on(ground.veth) == ground.program_id());
}

TEST_CASE("a pinned link is adopted with its interface and mode") {
  AttachmentGround ground;
  const auto mode = GENERATE(AttachMode::native, AttachMode::generic);
  ground.attach(mode).reset();
  const auto adopted = ExclusiveAttachment::adopt(ground.pin);
  REQUIRE(adopted != nullptr);
  CHECK(adopted->interface_index() == ground.veth);
  CHECK(adopted->mode() == mode);
  CHECK(adopted->in_force(ground.program.generation()));
}

TEST_CASE("nothing is adopted where there is no link, or none of ours") {
  AttachmentGround ground;
  CHECK(ExclusiveAttachment::adopt(ground.pin) == nullptr);
  CHECK(ExclusiveAttachment::adopt(ground.program.pin_dir() / "generation-1" / "counters") == nullptr);
  CHECK(fs::exists(ground.program.pin_dir() / "generation-1" / "counters"));
}

TEST_CASE("the pin of a link without an interface is cleared away") {
  AttachmentGround ground;
  ground.attach(AttachMode::automatic).reset();
  ground.network.remove("veth0");
  CHECK(ExclusiveAttachment::adopt(ground.pin) == nullptr);
  CHECK_FALSE(fs::exists(ground.pin));
}

TEST_CASE("remove takes the program off and its pin away") {
  AttachmentGround ground;
  const auto attachment = ground.attach(AttachMode::automatic);
  attachment->remove();
  CHECK(program_on(ground.veth) == 0);
  CHECK_FALSE(fs::exists(ground.pin));
  CHECK_FALSE(attachment->in_force(ground.program.generation()));
}

TEST_CASE("an attachment is not in force behind somebody's back") {
  AttachmentGround ground;
  const auto attachment = ground.attach(AttachMode::automatic);
  REQUIRE(attachment->in_force(ground.program.generation()));
  SECTION("once its link was detached") {
    const Fd link(bpf_obj_get(ground.pin.c_str()));
    REQUIRE(bpf_link_detach(link.get()) == 0);
    CHECK(program_on(ground.veth) == 0);
  }
  SECTION("once its interface was deleted") { ground.network.remove("veth0"); }
  SECTION("once its interface was made again") {
    ground.network.remove("veth0");
    ground.network.ip("link add veth0 index " + std::to_string(ground.veth) + " type veth peer name veth1");
    CHECK(index_of("veth0") == ground.veth);
  }
  SECTION("once its link holds another program") {
    const Fd other = load_foreign_program("other");
    const Fd link(bpf_obj_get(ground.pin.c_str()));
    REQUIRE(bpf_link_update(link.get(), other.get(), nullptr) == 0);
    CHECK(program_on(ground.veth) == id_of(other));
  }
  CHECK_FALSE(attachment->in_force(ground.program.generation()));
}

TEST_CASE("a pin that somebody removed can be put back") {
  AttachmentGround ground;
  const auto attachment = ground.attach(AttachMode::automatic);
  CHECK(attachment->is_pinned());
  fs::remove(ground.pin);
  CHECK(program_on(ground.veth) == ground.program_id());
  CHECK(attachment->in_force(ground.program.generation()));
  CHECK_FALSE(attachment->is_pinned());
  attachment->pin();
  CHECK(attachment->is_pinned());
  CHECK(ExclusiveAttachment::adopt(ground.pin) != nullptr);
}

TEST_CASE("an attachment that cannot be pinned is in force as long as the daemon is") {
  AttachmentGround ground;
  ground.program.make_read_only();
  auto attachment = ground.attach(AttachMode::automatic);
  CHECK(attachment->in_force(ground.program.generation()));
  CHECK_FALSE(attachment->is_pinned());
  CHECK_THROWS_AS(attachment->pin(), Error);
  attachment.reset();
  CHECK(program_on(ground.veth) == 0);
}

TEST_CASE("a jumbo interface takes the program, in either mode", "[kernels]") {
  AttachmentGround ground;
  ground.network.ip("link set veth0 mtu 9000");
  ground.network.ip("link set veth1 mtu 9000");
  const auto mode = GENERATE(AttachMode::native, AttachMode::generic);
  CHECK(ground.attach(mode)->mode() == mode);
}

}  // namespace
}  // namespace xdpfwd
