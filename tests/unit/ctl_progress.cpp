// The line that tells how far a long command is.
#include <catch2/catch.hpp>

#include "ctl/progress.h"

using namespace xdpfwd::ctl;
using std::chrono::milliseconds;

namespace {

const Progress::Time start{std::chrono::hours(1)};

}  // namespace

TEST_CASE("what takes less than a second shows no progress", "[ctl]") {
  Progress progress(start, 100);
  CHECK(progress.at(start, 0, 0).empty());
  CHECK(progress.at(start + milliseconds(999), 50, 1).empty());
  CHECK(progress.at_end(start + milliseconds(999), 1).empty());
  CHECK(progress.erase().empty());
}

TEST_CASE("progress is drawn ten times a second at most, and taken away", "[ctl]") {
  Progress progress(start, 200);
  CHECK(progress.at(start + milliseconds(1000), 100, 4300000) ==
        "\r\x1b[K[###############---------------]  50 %  4,300,000 prefixes");
  CHECK(progress.at(start + milliseconds(1099), 150, 5).empty());
  CHECK(progress.at(start + milliseconds(1100), 300, 5) ==
        "\r\x1b[K[##############################] 100 %  5 prefixes");
  CHECK(progress.at_end(start + milliseconds(1101), 5) == "\r\x1b[Kcomparing 5 prefixes with what is in force");
  CHECK(progress.erase() == "\r\x1b[K");
  CHECK(progress.erase().empty());
}

TEST_CASE("of a pipe it is told how much has come", "[ctl]") {
  Progress progress(start, {});
  CHECK(progress.at(start + milliseconds(1000), 2048, 1) == "\r\x1b[K2.0 KiB  1 prefix");
  Progress empty(start, 0);
  CHECK(empty.at(start + milliseconds(1000), 0, 0) == "\r\x1b[K0 B  0 prefixes");
}

TEST_CASE("nothing is redrawn where that cannot be seen", "[ctl]") {
  CHECK(can_redraw(true, "xterm"));
  CHECK_FALSE(can_redraw(false, "xterm"));
  CHECK_FALSE(can_redraw(true, "dumb"));
  CHECK_FALSE(can_redraw(true, nullptr));
}
