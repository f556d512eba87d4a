// What the daemon makes of the file of a list, apart from all that needs a daemon.
#include "daemon/lists/list_file.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <ctime>
#include <fstream>
#include <thread>

#include "daemon/lists/file_stream.h"

using namespace xdpfwd;
using Catch::Matchers::Contains;

namespace {

/// A file of its own, which is gone afterwards.
class ListFile {
 public:
  explicit ListFile(const std::string& text, std::int64_t age = 60) {
    std::ofstream(path_) << text;
    timespec time{};  // to the nanosecond: a whole second would be nearly another one older now and then
    clock_gettime(CLOCK_REALTIME, &time);
    time.tv_sec -= age;
    const timespec times[]{time, time};
    REQUIRE(utimensat(AT_FDCWD, path_.c_str(), times, 0) == 0);
  }
  ~ListFile() { std::filesystem::remove(path_); }

  ListContents read(Action action = Action::drop) const {
    ListConfig config;
    config.name = "feed";
    config.path = path_;
    config.action = action;
    int ends[2];
    REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
    const Fd ours(ends[0]);
    std::jthread sender([this, theirs = Fd(ends[1])] { send_file(path_, theirs.get()); });
    return read_list_file(ours.get(), config, 1000);
  }

 private:
  std::filesystem::path path_ =
      std::filesystem::temp_directory_path() / ("xdpfwd-list-" + std::to_string(getpid()) + ".txt");
};

}  // namespace

TEST_CASE("a time to live in a list's file counts from when it was written", "[list]") {
  const ListFile file("add a 192.0.2.1 timeout 600\nadd a 192.0.2.2 timeout 50\nadd a 192.0.2.3\n", 100);
  const ListContents contents = file.read();
  CHECK_FALSE(contents.error);
  CHECK(contents.summary.items == 3);
  REQUIRE(contents.claims.size() == 2);  // one has ended
  contents.claims.each([](const Prefix& prefix, const SharedClaim& claim) {
    if (to_string(prefix) == "192.0.2.3") {
      CHECK_FALSE(claim->until);
      return;
    }
    REQUIRE(claim->until);
    const auto left = *claim->until - ClockPair::now().boot;
    CHECK(left > std::chrono::seconds(490));
    CHECK(left < std::chrono::seconds(510));
  });
}

TEST_CASE("a file that seems to be written in the future counts from now", "[list]") {
  const ListFile file("add a 192.0.2.1 timeout 600\n", -1000);
  file.read().claims.each([](const Prefix&, const SharedClaim& claim) {
    REQUIRE(claim->until);
    CHECK(*claim->until - ClockPair::now().boot < std::chrono::seconds(610));
  });
}

TEST_CASE("what has another action than its list is no part of it", "[list]") {
  const std::string drop = R"({"prefix":"192.0.2.1","action":"drop"})"
                           "\n";
  const std::string allow = R"({"prefix":"192.0.2.2","action":"allow"})"
                            "\n";
  const std::string none = R"({"prefix":"192.0.2.3"})"
                           "\n";
  const ListContents contents = ListFile(drop + allow + none + "{}\n" + drop).read();
  CHECK_FALSE(contents.error);
  CHECK(contents.claims.size() == 2);
  CHECK(contents.summary.items == 3);
  CHECK(contents.summary.bad == 2);
  REQUIRE(contents.summary.bad_lines.size() == 2);
  CHECK(contents.summary.bad_lines[0].line == 2);
  CHECK(contents.summary.bad_lines[0].reason == "its action is allow, and the list's is drop");
  CHECK(contents.summary.bad_lines[1].line == 4);
  CHECK(ListFile(allow).read(Action::allow).claims.size() == 1);

  const ListContents others = ListFile(allow).read();
  CHECK_THAT(doubt(others.summary).value_or("no"), Contains("line 1: its action is allow"));
}

TEST_CASE("why a file is no list is told with what to do about it", "[list]") {
  CHECK_THAT(ListFile("\x1f\x8b\x08 and so on").read().error.value_or("no"),
             Contains("it is compressed (gzip); unpack it first, with gzip -dc"));
}

TEST_CASE("a file that may still be written to is left alone for a second", "[list]") {
  const ListContents contents = ListFile("192.0.2.1\n", 0).read();
  CHECK_FALSE(contents.error);
  REQUIRE(contents.too_fresh);
  CHECK(*contents.too_fresh <= std::chrono::seconds(1));
  CHECK(*contents.too_fresh > std::chrono::seconds(0));
  CHECK(contents.claims.empty());
  CHECK_FALSE(ListFile("192.0.2.1\n", 2).read().too_fresh);
}

TEST_CASE("what is no file, or goes away on the way, is an error and no end", "[list]") {
  int ends[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) == 0);
  const Fd ours(ends[0]);
  {
    const Fd theirs(ends[1]);
    send_file("/proc/self", theirs.get());
  }
  CHECK_THAT(read_list_file(ours.get(), {}, 1000).error.value_or("no"), Contains("no regular file"));
  CHECK_THAT(read_list_file(ours.get(), {}, 1000).error.value_or("no"), Contains("could not be read to its end"));
}
