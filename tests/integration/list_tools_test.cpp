// Lists that the real ipset and the real nft take, and give back.
#include <algorithm>
#include <catch2/catch.hpp>
#include <ctime>
#include <map>

#include "common/list_reader.h"
#include "ctl/list_writer.h"
#include "tests/harness/process.h"
#include "tests/harness/requirements.h"
#include "tests/harness/sandbox_network.h"

using namespace xdpfwd;
using namespace xdpfwd::ctl;
using namespace xdpfwd::harness;

namespace {

struct Entry {
  std::string reason;
  std::optional<std::int64_t> until;
};
using Entries = std::map<Prefix, Entry>;

/// In a network namespace of its own, where the programs' sets are nobody else's.
class Tools {
 public:
  explicit Tools(const Strings& probe) {
    require_root();
    const bool found = run({.words = {"sh", "-c", "command -v " + probe.front()}}).status == 0;
    require(found, "needs the program " + probe.front());
    network_.emplace();
    const bool works = run({.words = probe, .network_namespace = network_->guarded()}).status == 0;
    require(works, "needs a kernel that knows the sets of " + probe.front());
  }

  std::string run_with(const Strings& words, const std::string& input = {}) const {
    return run_or_throw({.words = words, .network_namespace = network_->guarded(), .input = input});
  }

 private:
  std::optional<Network> network_;
};

ExportedClaim claim(const std::string& prefix, std::optional<std::int64_t> left, const std::string& reason) {
  const std::int64_t now = std::time(nullptr);
  return {.prefix = parse_prefix(prefix),
          .source = "cli",
          .action = "drop",
          .reason = reason,
          .since = now,
          .until = left ? std::optional(now + *left) : std::nullopt};
}

/// None inside another, in order.
std::vector<ExportedClaim> claims() {
  std::vector<ExportedClaim> all{
      claim("1.1.1.1", {}, ""), claim("1.1.1.2", {}, "next to it"), claim("1.1.1.3", 5000, ""),
      claim("2.0.0.0/8", 5000, "one \"two\" \\ ä ; # 'x'\n\x1b["), claim("3.0.0.0/31", {}, std::string(300, 'x'))};
  for (int number = 0; number < 3000; ++number)
    all.push_back(claim("10.0." + std::to_string(number / 250) + "." + std::to_string(number % 250),
                        number % 2 == 0 ? std::optional(9000) : std::nullopt, number % 3 == 0 ? "odd" : ""));
  all.push_back(claim("192.0.2.0/24", {}, ""));
  all.push_back(claim("::1", {}, ""));
  all.push_back(claim("2001:db8::/32", 7000, "v6"));
  all.push_back(claim("2001:db9::1", {}, ""));
  return all;
}

std::string written(ListFormat format, const std::vector<ExportedClaim>& all) {
  ListWriter writer(format, std::time(nullptr), {.ipv4 = all.size(), .ipv6 = all.size()});
  std::string text = writer.begin();
  for (const ExportedClaim& one : all) text += writer.add(one);
  return text + writer.end();
}

Entries read(std::string_view text, ListFormat format) {
  Entries entries;
  const ByteSource source = [&text](std::span<char> buffer) {
    const std::size_t size = std::min(buffer.size(), text.size());
    std::ranges::copy(text.substr(0, size), buffer.begin());
    text.remove_prefix(size);
    return size;
  };
  const ListSummary summary = read_list(source, ListFormat::automatic, std::time(nullptr),
                                        [&entries](const ListItem& item) -> std::optional<std::string> {
                                          for (const Prefix& prefix : item.prefixes)
                                            entries[prefix] = {std::string(item.reason), item.until};
                                          return std::nullopt;
                                        });
  CHECK(to_string(summary.format) == to_string(format));
  CHECK(summary.bad == 0);
  CHECK(summary.cut_short.value_or("no") == "no");
  return entries;
}

/// Times may be off by as long as the programs took.
void compare(const Entries& entries, const std::vector<ExportedClaim>& expected, std::size_t longest_comment) {
  CHECK(entries.size() == expected.size());
  for (const ExportedClaim& one : expected) {
    CAPTURE(to_string(one.prefix));
    const auto found = entries.find(one.prefix);
    REQUIRE(found != entries.end());
    std::string reason = one.reason.substr(0, longest_comment);
    for (char& c : reason) c = c == '"' ? '\'' : c == '\n' || c == '\x1b' ? ' ' : c;
    CHECK(found->second.reason == reason);
    REQUIRE(found->second.until.has_value() == one.until.has_value());
    if (one.until) CHECK(std::abs(*found->second.until - *one.until) <= 10);
  }
}

}  // namespace

TEST_CASE("ipset takes our list, and gives it back") {
  const Tools tools({"ipset", "create", "probe", "hash:net", "timeout", "0", "comment"});
  tools.run_with({"ipset", "destroy", "probe"});
  const std::vector<ExportedClaim> all = claims();
  tools.run_with({"ipset", "restore"}, written(ListFormat::ipset, all));
  compare(read(tools.run_with({"ipset", "save"}), ListFormat::ipset), all, 255);
  // A second time: with what is there already, as its own options have it.
  tools.run_with({"ipset", "restore", "-exist"}, written(ListFormat::ipset, all));
  compare(read(tools.run_with({"ipset", "save"}), ListFormat::ipset), all, 255);
}

TEST_CASE("ipset takes all addresses as their two halves") {
  const Tools tools({"ipset", "create", "probe", "hash:net", "timeout", "0", "comment"});
  tools.run_with({"ipset", "destroy", "probe"});
  tools.run_with({"ipset", "restore"},
                 written(ListFormat::ipset, {claim("0.0.0.0/0", 5000, ""), claim("0.0.0.0/1", {}, "half"),
                                             claim("128.0.0.0/1", 10, ""), claim("::/0", {}, "")}));
  compare(read(tools.run_with({"ipset", "save"}), ListFormat::ipset),
          {claim("0.0.0.0/1", {}, "half"), claim("128.0.0.0/1", 5000, ""), claim("::/1", {}, ""),
           claim("8000::/1", {}, "")},
          255);
}

TEST_CASE("nft takes our list, and gives it back") {
  const Tools tools({"nft", "add", "table", "inet", "probe"});
  const std::vector<ExportedClaim> all = claims();
  tools.run_with({"nft", "-j", "-f", "-"}, written(ListFormat::nft, all));
  compare(read(tools.run_with({"nft", "-j", "list", "sets"}), ListFormat::nft), all, 128);
  // Applied again, it replaces what was there.
  const std::vector<ExportedClaim> others{claim("0.0.0.0/0", {}, ""), claim("::/1", {}, "half")};
  tools.run_with({"nft", "-j", "-f", "-"}, written(ListFormat::nft, others));
  compare(read(tools.run_with({"nft", "-j", "list", "sets"}), ListFormat::nft), others, 128);
  tools.run_with({"nft", "-j", "-f", "-"}, written(ListFormat::nft, {}));
  compare(read(tools.run_with({"nft", "-j", "list", "ruleset"}), ListFormat::nft), {}, 128);
}
