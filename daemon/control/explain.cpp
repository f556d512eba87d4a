// The handler of `explain`: what the program in force does with a packet, and what the list says it should do.
#include <algorithm>
#include <array>

#include "common/error.h"
#include "common/hex.h"
#include "daemon/control/handlers.h"

namespace xdpfwd {
namespace {

using nlohmann::json;
using Frame = std::vector<std::uint8_t>;
using Position = Blocklist::Entries::const_iterator;

/// The least frame from that source. Nothing else in it decides, so the rest is zero.
Frame frame_from(const Prefix& source) {
  constexpr std::array<std::uint8_t, 3> ipv4{0x08, 0x00, 0x45};  // EtherType, and the version with what shares its byte
  constexpr std::array<std::uint8_t, 3> ipv6{0x86, 0xdd, 0x60};
  constexpr std::size_t type_at = 12;
  constexpr std::size_t header_at = 14;
  const bool is_ipv4 = source.family() == Family::ipv4;
  Frame frame(60);
  std::ranges::copy(is_ipv4 ? ipv4 : ipv6, frame.begin() + type_at);
  std::copy_n(source.address().begin(), address_bits(source.family()) / 8,
              frame.begin() + header_at + (is_ipv4 ? 12 : 8));
  return frame;
}

/// Every entry around a source, the narrowest first.
std::vector<Position> entries_around(const Blocklist& blocklist, const Prefix& source) {
  const Blocklist::Entries& entries = blocklist.entries();
  std::vector<Position> all;
  Position entry = entries.find(source);
  if (entry == entries.end()) entry = blocklist.around(source);
  for (; entry != entries.end(); entry = blocklist.around(entry->first)) all.push_back(entry);
  return all;
}

std::string in_words(std::string_view reason, const std::optional<Prefix>& entry) {
  return std::string(reason) + (entry ? " because of " + to_string(*entry) : "");
}

/// The prefix of the entry that the program named.
std::optional<Prefix> entry_of(const Blocklist& blocklist, Owner owner) {
  if (owner == nobody) return std::nullopt;
  const auto found = std::ranges::find(blocklist.entries(), id_of(owner), [](const auto& item) { return item.second; });
  return found == blocklist.entries().end() ? std::nullopt : std::optional(found->first);
}

/// Null where the program did what the list says; else both in words.
json disagreement(const Blocklist& blocklist, const Decision& decision, const Position& decides) {
  const bool any = decides != blocklist.entries().end();
  const Action action = any ? blocklist.entry(decides->second).enforced : Action::none;
  const Owner owner = any ? make_owner(decides->second, action) : nobody;
  const auto reason = static_cast<xdpfwd_reason>(action);
  const bool drops = action == Action::drop;
  if (decision.owner == owner && decision.reason == reason && decision.drops == drops) return nullptr;
  return "the kernel says " + in_words(statistics_reasons[decision.reason], entry_of(blocklist, decision.owner)) +
         ", the list says " + in_words(statistics_reasons[reason], any ? std::optional(decides->first) : std::nullopt);
}

json explain_frame(const Frame& frame, const Call& call) {
  const Blocklist& blocklist = call.firewall.blocklist();
  const Datapath& datapath = call.firewall.datapath();
  const Decision decision = datapath.decide(frame);
  json result{{"source", decision.source ? json(to_string(*decision.source)) : json()},
              {"family", statistics_families[decision.family]},
              {"verdict", decision.drops ? "drop" : "pass"},
              {"reason", statistics_reasons[decision.reason]},
              {"entry", nullptr},
              {"entries", json::array()},
              {"disagreement", nullptr}};
  if (!decision.source) return result;
  const Position decides = blocklist.deciding(*decision.source);
  result["disagreement"] = disagreement(blocklist, decision, decides);
  if (decides != blocklist.entries().end()) result["entry"] = to_string(decides->first);
  for (const Position& around : entries_around(blocklist, *decision.source)) {
    json entry = describe_entry(around->first, blocklist.entry(around->second), datapath);
    entry["decides"] = around == decides;
    entry["last_hit"] = seconds_or_null(datapath.last_hit(around->second));
    result["entries"].push_back(std::move(entry));
  }
  return result;
}

/// There may be very many entries around an address, with many claims each.
void add(const json& result, const Call& call) {
  if (call.listing.bytes() > max_answer_bytes)
    throw Error(Code::refused, "explain: the answer would be longer than 4 MiB", "ask for fewer at once");
  call.listing.add(result);
}

}  // namespace

json explain(const Call& call) {
  const bool has_frames = call.params.contains("frames");
  if (has_frames == call.params.contains("prefixes"))
    throw Error(Code::invalid, "explain: either addresses or packets must be given",
                "as in: xdpfwctl explain 203.0.113.9");
  call.listing.begin("results");
  if (has_frames) {
    for (const json& text : call.params["frames"])
      add(explain_frame(*parse_hex(text.get_ref<const std::string&>()), call), call);
  } else {
    const Blocklist& blocklist = call.firewall.blocklist();
    std::size_t budget = budget_for_exceptions(blocklist);
    for (const Prefix& prefix : prefixes_of(call.params)) {
      json result = explain_frame(frame_from(prefix), call);
      result["prefix"] = to_string(prefix);
      result["exceptions"] = exceptions_inside(prefix, blocklist, budget);
      add(result, call);
    }
  }
  return json::object();
}

}  // namespace xdpfwd
