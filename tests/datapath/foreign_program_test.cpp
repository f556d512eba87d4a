// An interface where another XDP program is: refused with a word about it, and left as it is.
#include "tests/datapath/foreign_program.h"

#include <catch2/catch.hpp>

#include "common/error.h"
#include "daemon/datapath/attachment.h"
#include "tests/datapath/loaded_program.h"
#include "tests/datapath/private_network.h"

namespace xdpfwd {
namespace {

TEST_CASE("a foreign program is refused by name and stays") {
  PrivateNetwork network;
  LoadedProgram program;
  const unsigned index = network.add_veth("veth0", "veth1");
  const Fd foreign = load_foreign_program("their_filter");
  const bool native = GENERATE(true, false);
  const auto asked = GENERATE(AttachMode::automatic, AttachMode::native, AttachMode::generic);
  CAPTURE(native, to_string(asked));
  put_on(index, foreign, native);

  const std::filesystem::path pin = program.pin_dir() / "veth0";
  std::string fallback;
  try {
    ExclusiveAttachment::attach({"veth0", asked}, index, program.program(), pin, fallback);
    FAIL("attached beside a foreign program");
  } catch (const Error& error) {
    CHECK(error.code() == Code::refused);
    CHECK(error.what() == "attach veth0: another XDP program is there: \"their_filter\" (id " +
                              std::to_string(id_of(foreign)) + ", " + (native ? "native" : "generic") + ")");
    CHECK_THAT(error.hint(), Catch::Contains("ip link set dev veth0 xdp off"));
  }
  CHECK(program_on(index) == id_of(foreign));
  CHECK_FALSE(std::filesystem::exists(pin));
  take_off(index, native);
}

TEST_CASE("an attachment keeps foreign programs out") {
  PrivateNetwork network;
  LoadedProgram program;
  const unsigned index = network.add_veth("veth0", "veth1");
  std::string fallback;
  const auto attachment = ExclusiveAttachment::attach({"veth0", AttachMode::automatic}, index, program.program(),
                                                      program.pin_dir() / "veth0", fallback);
  const Fd foreign = load_foreign_program("their_filter");
  CHECK_THROWS(put_on(index, foreign, true));
  CHECK_THROWS(put_on(index, foreign, false));
  CHECK_THROWS(take_off(index, true));
  CHECK(attachment->in_force(program.generation()));
}

}  // namespace
}  // namespace xdpfwd
