#include "ctl/export.h"

#include <unistd.h>

#include <ctime>

#include "common/error.h"
#include "ctl/list_writer.h"
#include "ctl/output.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

constexpr int page_size = 10'000;

/// How many entries there are, which ipset wants to be told first.
ListCounts counts_of(Connection& daemon) {
  const json entries = daemon.call("status", json::object()).at("entries");
  return {.ipv4 = entries.at("ipv4").at("used").get<std::uint64_t>(),
          .ipv6 = entries.at("ipv6").at("used").get<std::uint64_t>()};
}

ExportedClaim claim_in(const json& claim) {
  const json& until = claim.at("until");
  return {.prefix = parse_prefix(claim.at("prefix").get_ref<const std::string&>()),
          .source = claim.at("source"),
          .action = claim.at("action"),
          .reason = claim.at("reason"),
          .since = claim.at("since"),
          .until = until.is_null() ? std::nullopt : std::optional(until.get<std::int64_t>())};
}

}  // namespace

ListFormat export_format(const Call& call, const Globals& globals) {
  const ListFormat format =
      parse_list_format(call.params.value("format", globals.json ? "ndjson" : "plain")).value_or(ListFormat::automatic);
  if (format == ListFormat::automatic)
    throw Error(Code::invalid, "export: --format auto: not plain, ndjson, ipset or nft");
  return format;
}

json export_page(const Call& call, ListFormat format) {
  json params = call.params;
  params.erase("format");
  params["limit"] = page_size;
  // Only ndjson tells actions apart, and whoever reads the others is going to drop what is in them.
  if (format != ListFormat::ndjson && !params.contains("action")) params["action"] = "drop";
  return params;
}

int export_list(const Call& call, const Globals& globals, Connection& daemon) {
  const ListFormat format = export_format(call, globals);
  ListWriter writer(format, std::time(nullptr), format == ListFormat::ipset ? counts_of(daemon) : ListCounts{});
  json params = export_page(call, format);
  json first_revision;
  std::string text = writer.begin();
  bool moved = false;
  daemon.send("export", params);
  for (json next = json::object(); !next.is_null();) {
    const json page = daemon.receive();
    if (page.at("next") == next) throw Error(Code::internal, "answer of xdpfwd: the same page again");
    next = page.at("next");
    params["cursor"] = next;
    if (!next.is_null()) daemon.send("export", params);  // it is made while this page is written
    for (const json& claim : page.at("claims")) text += writer.add(claim_in(claim));
    write_all(STDOUT_FILENO, text);
    text.clear();
    const json revision = page.value("revision", json());
    if (first_revision.is_null()) first_revision = revision;
    moved = moved || revision != first_revision;
  }
  write_all(STDOUT_FILENO, writer.end());
  if (moved) text = "note: the list has changed while it was written; each claim is as it was when its page was made\n";
  if (!globals.quiet) write_or_give_up(STDERR_FILENO, text + writer.notes());
  return 0;
}

}  // namespace xdpfwd::ctl
