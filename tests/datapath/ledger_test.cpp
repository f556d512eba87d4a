// Which source brought what about, with counters that real packets move.
#include "daemon/firewall/ledger.h"

#include <catch2/catch.hpp>

#include "tests/datapath/loaded_program.h"

namespace xdpfwd {
namespace {

using harness::ethernet;

constexpr std::uint64_t frame_bytes = 42;  // of an empty UDP datagram over IPv4

/// A program with its ledger, changed together as Firewall does it.
struct Books {
  Books() { ledger.begin(program.blocklist()); }

  void claim(const char* prefix, Action action, const char* source, int since = 0) {
    change({parse_prefix(prefix), source,
            Claim{.source = source,
                  .action = action,
                  .reason = {},
                  .since = WallTime(std::chrono::seconds(since)),
                  .until = std::nullopt}});
  }
  void withdraw(const char* prefix, const char* source) { change({parse_prefix(prefix), source, std::nullopt}); }
  void change(const Edit& edit) { carry_out(program.change({edit})); }
  void carry_out(const Delta& delta) {
    ledger.close(delta.gone, program.generation().counters());
    ledger.open(delta, program.blocklist(), program.generation().counters());
  }
  void meet(const char* source, int times = 1) {
    for (int time = 0; time < times; ++time) program.meet(ethernet().ip(parse_prefix(source)).udp(53));
  }
  /// Packets of a source's claims with that action; fails the test where bytes do not go with them.
  std::uint64_t packets(const char* source, Action action) {
    for (const Ledger::Row& row : ledger.read(program.generation().counters()))
      if (row.source.view() == source && row.action == action) {
        CHECK(row.count.bytes == row.count.packets * frame_bytes);
        return row.count.packets;
      }
    return 0;
  }

  LoadedProgram program;
  Ledger ledger;
};

TEST_CASE("an entry counts for the oldest claim with its action, and what it has counted stays with that") {
  Books books;
  books.claim("192.0.2.0/24", Action::drop, "first", 1);
  books.claim("192.0.2.0/24", Action::drop, "second", 2);
  books.meet("192.0.2.1", 3);
  CHECK(books.packets("first", Action::drop) == 3);
  CHECK(books.packets("second", Action::drop) == 0);
  books.withdraw("192.0.2.0/24", "first");
  books.meet("192.0.2.1", 4);
  CHECK(books.packets("first", Action::drop) == 3);
  CHECK(books.packets("second", Action::drop) == 4);
  books.claim("192.0.2.0/24", Action::allow, "people", 3);
  books.meet("192.0.2.1", 5);
  CHECK(books.packets("second", Action::drop) == 4);
  CHECK(books.packets("people", Action::allow) == 5);
  books.withdraw("192.0.2.0/24", "people");
  books.meet("192.0.2.1", 6);
  CHECK(books.packets("second", Action::drop) == 10);
  CHECK(books.packets("people", Action::allow) == 5);
}

TEST_CASE("a source keeps what its entries counted after they are gone, and another entry has their id") {
  Books books;
  books.claim("192.0.2.7", Action::drop, "feed");
  books.meet("192.0.2.7", 2);
  books.withdraw("192.0.2.7", "feed");
  books.meet("192.0.2.7", 2);  // nobody's
  CHECK(books.packets("feed", Action::drop) == 2);
  books.claim("198.51.100.7", Action::monitor, "trial");
  books.meet("198.51.100.7", 3);
  CHECK(books.packets("feed", Action::drop) == 2);
  CHECK(books.packets("trial", Action::monitor) == 3);
  books.claim("192.0.2.7", Action::drop, "feed");
  books.meet("192.0.2.7", 1);
  CHECK(books.packets("feed", Action::drop) == 3);
}

TEST_CASE("a new generation changes nothing in the books") {
  Books books;
  books.claim("192.0.2.7", Action::drop, "feed");
  books.claim("198.51.100.0/24", Action::monitor, "trial");
  books.meet("192.0.2.7", 2);
  books.meet("198.51.100.7", 3);
  books.program.renew();
  CHECK(books.packets("feed", Action::drop) == 2);
  books.meet("192.0.2.7", 1);
  CHECK(books.packets("feed", Action::drop) == 3);
  CHECK(books.packets("trial", Action::monitor) == 3);
}

TEST_CASE("what an entry counts while a change is carried out is its source's") {
  Books books;
  const Claim claim{.source = "feed", .action = Action::drop, .reason = {}, .since = {}, .until = std::nullopt};
  const Delta begun = books.program.change({{parse_prefix("192.0.2.7"), "feed", claim}});
  books.meet("192.0.2.7", 2);
  books.carry_out(begun);
  CHECK(books.packets("feed", Action::drop) == 2);
  books.meet("192.0.2.7", 3);
  const Delta ended = books.program.change({{parse_prefix("192.0.2.7"), "feed", std::nullopt}});
  books.carry_out(ended);
  CHECK(books.packets("feed", Action::drop) == 5);
}

TEST_CASE("of more sources than are told of, those without an entry make room, and nothing is lost") {
  Books books;
  books.claim("198.51.100.7", Action::drop, "stays");
  books.meet("198.51.100.7", 1);
  const std::size_t sources = Ledger::most_rows + 100;
  for (std::size_t number = 0; number < sources; ++number) {
    const std::string source = "incident-" + std::to_string(number);
    books.claim("192.0.2.7", Action::drop, source.c_str());
    if (number % 2 == 0) books.meet("192.0.2.7", 1);
    books.withdraw("192.0.2.7", source.c_str());
  }
  const std::vector<Ledger::Row> rows = books.ledger.read(books.program.generation().counters());
  CHECK(rows.size() <= Ledger::most_rows + 1);
  std::uint64_t all = 0;
  for (const Ledger::Row& row : rows) all += row.count.packets;
  CHECK(all == 1 + sources / 2);
  CHECK(books.packets("stays", Action::drop) == 1);
  CHECK(books.packets(Ledger::others.data(), Action::drop) > 0);
  CHECK(books.packets(("incident-" + std::to_string(sources - 2)).c_str(), Action::drop) == 1);
}

TEST_CASE("books that begin later count for whoever decides then") {
  Books books;
  books.claim("192.0.2.7", Action::drop, "feed");
  books.meet("192.0.2.7", 2);
  books.ledger = {};
  books.ledger.begin(books.program.blocklist());
  CHECK(books.packets("feed", Action::drop) == 2);
}

}  // namespace
}  // namespace xdpfwd
