// What xdpfwctl capture writes, read by Wireshark's own program.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <sstream>

#include "tests/harness/requirements.h"
#include "tests/harness/sandbox_traffic.h"
#include "tests/integration/background_client.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

constexpr auto owner_only = std::filesystem::perms::owner_read | std::filesystem::perms::owner_write;

struct Captured : BlockedWay {
  Captured() {
    require(run({.words = {"sh", "-c", "command -v tshark"}}).status == 0, "needs tshark");
    sandbox.ask({"monitor", "2001:db8::/32", "--source", "trial"});
  }

  /// These of each packet's fields, with bars in between, as tshark reads them.
  Strings fields(const std::filesystem::path& captured, const Strings& names) const {
    Strings words{"tshark", "-n", "-r", captured, "-T", "fields", "-E", "separator=|"};
    for (const std::string& name : names) words.insert(words.end(), {"-e", name});
    const Outcome outcome = run({.words = words, .environment = {"HOME=" + sandbox.path().string()}});
    CAPTURE(outcome.err);
    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.err, !Contains("cut short") && !Contains("damaged"));
    std::istringstream stream(outcome.out);
    Strings lines;
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
  }

  std::filesystem::path file = sandbox.path() / "packets.pcapng";
};

}  // namespace

TEST_CASE_METHOD(Captured, "tshark reads what was captured, with interface, time, bytes and what decided") {
  BackgroundClient capture(sandbox, {"capture", file, "--rate", "100000", "--count", "3"});
  const Packet begin = ethernet(Network::guarded_mac(0), Network::outside_mac(0));
  const auto dropped = Packet(begin).ipv4(way.bad).tcp(22).payload(1000).bytes();
  const auto monitored = Packet(begin).ipv6("2001:db8::5").udp(53).payload(9).bytes();
  const auto malformed = Packet(begin).ipv4(way.bad).truncated_to(21).bytes();
  for (const auto& frame : {dropped, monitored, malformed}) send_frame(sandbox.network(), frame);
  CHECK(capture.end() == 0);
  CHECK_THAT(capture.err(), Contains("captured 3 packets in "));
  CHECK(fields(file, {"frame.interface_name", "frame.comment", "ip.src", "ipv6.src", "frame.len", "frame.cap_len"}) ==
        Strings{"guarded0|xdpfwd: dropped by " + way.bad + " (feed)|" + way.bad + "||1054|256",
                "guarded0|xdpfwd: monitored by 2001:db8::/32 (trial)||2001:db8::5|71|71",
                "guarded0|xdpfwd: malformed|||21|21"});
  const Strings times = fields(file, {"frame.time_epoch"});
  REQUIRE(times.size() == 3);
  const double age = static_cast<double>(std::time(nullptr)) - std::stod(times[0]);
  CHECK(age > -2);
  CHECK(age < 600);
  CHECK(times[0] <= times[1]);
  CHECK(std::filesystem::status(file).permissions() == owner_only);
}

TEST_CASE_METHOD(Captured,
                 "a capture that is interrupted has whole packets, and one that fails to begin changes nothing") {
  const std::string others = "\x0a\x0d\x0d\x0a, and whatever else a capture of before had";
  write_file(file, others);
  chmod(file.c_str(), 0666);
  {
    BackgroundClient capture(sandbox, {"capture", file, "--rate", "100000"});
    send(200);
    REQUIRE(eventually([&] { return std::filesystem::file_size(file) > 5000; }));
    capture.signal(SIGINT);
    CHECK(capture.end() == 0);
    const Strings comments = fields(file, {"frame.comment"});
    CHECK_FALSE(comments.empty());
    CHECK(comments.size() <= 200);
    for (const std::string& comment : comments) CHECK(comment == "xdpfwd: dropped by " + way.bad + " (feed)");
    CHECK(std::filesystem::status(file).permissions() == owner_only);
  }
  sandbox.stop_daemon();
  const std::string before = read_file(file);
  CHECK(sandbox.ctl({"capture", file}).status == 3);
  CHECK(read_file(file) == before);
}

TEST_CASE_METHOD(Captured, "a capture goes into a pipe, and ends when its time is over") {
  BackgroundClient capture(sandbox, {"capture", "-", "--rate", "100000", "--duration", "1s"});
  send(10);
  CHECK(capture.end() == 0);
  write_file(file, capture.out());
  CHECK(fields(file, {"ip.src"}) == Strings(10, way.bad));
}

TEST_CASE_METHOD(Captured, "where there is no room the capture says so, and what it has can be read") {
  const std::filesystem::path small = sandbox.path() / "small";
  sandbox.limit(small, 64);
  BackgroundClient capture(sandbox, {"capture", small / "packets.pcapng", "--rate", "100000"});
  for (int round = 0; round < 20; ++round) send(500);
  CHECK(capture.end() == 1);
  CHECK_THAT(capture.err(), Contains("packets.pcapng") && Contains("No space left"));
  CHECK_FALSE(fields(small / "packets.pcapng", {"ip.src"}).empty());
}

TEST_CASE_METHOD(Captured,
                 "what a file held before a capture was appended to it is still there when the room is gone") {
  const std::filesystem::path small = sandbox.path() / "small";
  sandbox.limit(small, 64);
  const std::string before(40'000, 'x');
  write_file(small / "file", before);
  BackgroundClient capture(sandbox, {"capture", "-", "--rate", "100000"}, small / "file");
  for (int round = 0; round < 20; ++round) send(500);
  CHECK(capture.end() == 1);
  CHECK_THAT(capture.err(), Contains("standard output") && Contains("No space left"));
  CHECK(read_file(small / "file").starts_with(before));
}

TEST_CASE_METHOD(Captured,
                 "a capture replaces neither a file of another kind nor another user's, through a link neither") {
  const auto refuses = [&](const std::filesystem::path& named, const std::string& why) {
    const std::string before = read_file(named);
    const Outcome outcome = sandbox.ctl({"capture", named, "--duration", "1s"});
    CHECK(outcome.status == 1);
    CHECK_THAT(outcome.err, Contains(why) && Contains("hint: "));
    CHECK(read_file(named) == before);
  };
  const std::filesystem::path notes = sandbox.path() / "notes";
  write_file(notes, R"({"of": "another kind"})");
  refuses(notes, "notes: is there, and is no pcapng file");
  std::filesystem::create_symlink(notes, file);
  refuses(file, "packets.pcapng: is there, and is no pcapng file");
  write_file(notes, "");
  REQUIRE(chown(notes.c_str(), 65534, 65534) == 0);
  refuses(notes, "notes: is there, and belongs to another user");
}

TEST_CASE_METHOD(Captured, "a capture into a FIFO samples nothing before somebody reads it, and Ctrl-C ends the wait") {
  const std::filesystem::path fifo = sandbox.path() / "fifo";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  const std::filesystem::path err = sandbox.path() / "waiting.err";
  const Fd errors(open(err.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
  const Fd nothing(open("/dev/null", O_RDWR | O_CLOEXEC));
  const Program program{
      .words = {sandbox.path() / "xdpfwctl", "--socket", sandbox.socket(), "capture", fifo, "--rate", "100000"}};
  Process waiting(program, nothing.get(), nothing.get(), errors.get());
  const std::string opening = std::to_string(SYS_openat) + " ";
  REQUIRE(eventually(
      [&] { return read_file("/proc/" + std::to_string(waiting.pid()) + "/syscall").starts_with(opening); }));
  ctl::Connection daemon = connect(sandbox);
  CHECK(LiveProgram(sandbox, daemon).variables().reasons == 0);
  waiting.signal(SIGINT);
  CHECK(waiting.wait(std::chrono::seconds(10)) == 128 + SIGINT);
  CHECK(read_file(err).empty());
}
