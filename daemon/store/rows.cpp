#include "daemon/store/rows.h"

#include <algorithm>
#include <fstream>

#include "common/error.h"
#include "common/hosts.h"

namespace xdpfwd {
namespace {

/// When a row's claims end.
Until read_until(const Statement& row, const std::string& boot) {
  if (row.is_null(4)) return std::nullopt;
  if (!row.is_null(7) && !boot.empty() && row.text(8) == boot)
    return BootTime(std::chrono::nanoseconds(row.integer(7)));
  return ClockPair::now().to_boot_time(WallTime(std::chrono::seconds(row.integer(4))));
}

/// What a row claims; nothing where it takes claims back.
SharedClaim read_claim(const Statement& row, const SharedText& source, const std::string& boot) {
  if (row.is_null(1)) return std::nullopt;
  Claim claim{.source = source,
              .action = parse_action(row.text(1)),
              .forced = row.integer(6) != 0,
              .reason = row.text(2),
              .since = WallTime(std::chrono::seconds(row.integer(3))),
              .until = read_until(row, boot)};
  if (claim.action == Action::none) throw Error(Code::internal, "unknown action \"" + row.text(1) + "\"");
  return claim;
}

}  // namespace

std::string boot_id() {
  std::string id;
  std::getline(std::ifstream("/proc/sys/kernel/random/boot_id"), id);
  return id;
}

std::vector<Edit> read_edits(const Statement& row, const std::string& boot) {
  const SharedText source(row.text(0));
  const SharedClaim claim = read_claim(row, source, boot);
  std::vector<Edit> edits;
  for_each_host(row.text(9), [&](std::uint32_t address) {
    edits.push_back({Prefix::of_ipv4(address, address_bits(Family::ipv4)), source, claim});
  });
  const std::string prefixes = row.text(5);
  std::string_view rest = prefixes;
  while (!rest.empty() || edits.empty()) {  // a row without a prefix is none of ours
    const std::size_t length = std::min(rest.find('\n'), rest.size());
    edits.push_back({parse_prefix(rest.substr(0, length)), source, claim});
    rest.remove_prefix(std::min(length + 1, rest.size()));
  }
  return edits;
}

bool are_alike(const Edit& one, const Edit& other) { return one.source == other.source && one.claim == other.claim; }

void bind_row(Statement& statement, std::span<const Edit> alike, const std::string& boot) {
  std::string prefixes;
  std::string hosts;
  for (const Edit& change : alike)
    if (has_host_digits(change.prefix))
      append_host(hosts, change.prefix);
    else
      append_line(prefixes, change.prefix);
  const Edit& first = alike.front();
  const Claim claim = first.claim ? *first.claim : Claim{};
  using Number = std::optional<std::int64_t>;
  const Number until = claim.until ? Number(to_wall_time(*claim.until).time_since_epoch().count()) : std::nullopt;
  const Number until_boot = claim.until ? Number((*claim.until).time_since_epoch().count()) : std::nullopt;
  statement.bind(first.source.view(), first.claim ? std::optional(to_string(claim.action)) : std::nullopt,
                 claim.reason.view(), std::int64_t{claim.since.time_since_epoch().count()}, until,
                 std::string_view(prefixes), static_cast<std::int64_t>(claim.forced), until_boot,
                 until ? std::optional<std::string_view>(boot) : std::nullopt, std::string_view(hosts));
}

}  // namespace xdpfwd
