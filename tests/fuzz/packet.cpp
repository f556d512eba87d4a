// Frames through the real program in the kernel, held against a plain reader of frames and the definition of the list.
// Of the input, the first byte is how much of the frame a driver leaves in the linear part; the rest is the frame. The
// list is always the same: to change one takes a thousand times as long as to meet a packet.
#include <filesystem>

#include "daemon/blocklist/blocklist.h"
#include "daemon/datapath/decision.h"
#include "daemon/datapath/generation.h"
#include "tests/datapath/naive_model.h"
#include "tests/fuzz/target.h"
#include "tests/harness/bpffs.h"
#include "tests/harness/program_run.h"

namespace xdpfwd::fuzz {
namespace {

constexpr std::size_t ethernet_bytes = 14;  // the kernel runs no program on less
constexpr std::size_t most_bytes = 1500;

/// What the headers of a frame say, read as IEEE 802.3 and 802.1Q, RFC 2516, RFC 791 and RFC 8200 have them.
struct FrameHeaders {
  xdpfwd_family family = XDPFWD_OTHER;
  bool is_malformed = false;
  std::optional<Prefix> source = std::nullopt;
};

FrameHeaders read_headers(std::string_view frame) {
  const auto byte = [&](std::size_t at) { return static_cast<std::uint8_t>(frame[at]); };
  const auto type_at = [&](std::size_t at) { return byte(at) << 8 | byte(at + 1); };
  int type = type_at(12);
  std::size_t at = ethernet_bytes;
  for (; type == 0x8100 || type == 0x88a8; at += 4) {
    if (frame.size() < at + 4) return {.is_malformed = true};
    type = type_at(at + 2);
  }
  if (type == 0x8864) {  // a PPPoE session, with a PPP frame in it
    if (frame.size() < at + 8) return {.is_malformed = true};
    const bool is_compressed = byte(at + 6) % 2 == 1;  // RFC 1661, section 6.5
    const int protocol = is_compressed ? byte(at + 6) : type_at(at + 6);
    type = protocol == 0x0021 ? 0x0800 : protocol == 0x0057 ? 0x86dd : 0;
    at += is_compressed ? 7 : 8;
  }
  if (type != 0x0800 && type != 0x86dd) return {};
  const bool is_ipv4 = type == 0x0800;
  FrameHeaders headers{.family = is_ipv4 ? XDPFWD_IPV4 : XDPFWD_IPV6};
  headers.is_malformed = frame.size() < at + (is_ipv4 ? 20 : 40) || byte(at) >> 4 != (is_ipv4 ? 4 : 6);
  if (headers.is_malformed) return headers;
  Prefix::Address address{};
  std::ranges::copy(frame.substr(at + (is_ipv4 ? 12 : 8), is_ipv4 ? 4 : 16), address.begin());
  headers.source.emplace(is_ipv4 ? Family::ipv4 : Family::ipv6, address, is_ipv4 ? 32 : 128);
  return headers;
}

xdpfwd_reason reason_for(const FrameHeaders& headers, Action action) {
  if (headers.is_malformed) return XDPFWD_MALFORMED;
  if (!headers.source) return XDPFWD_NOT_IP;
  constexpr std::array reasons{XDPFWD_PASSED, XDPFWD_MONITORED, XDPFWD_DROPPED, XDPFWD_ALLOWED};
  return reasons[static_cast<std::size_t>(action)];
}

/// Entries inside each other, with each action inside each, and ends at each kind of table.
constexpr std::array<std::pair<const char*, Action>, 18> entries{{
    {"192.0.2.0/24", Action::drop},
    {"192.0.2.7", Action::allow},
    {"192.0.2.8/29", Action::monitor},
    {"192.0.2.64/26", Action::allow},
    {"192.0.2.65", Action::drop},
    {"10.0.0.0/8", Action::monitor},
    {"10.1.0.0/16", Action::drop},
    {"10.1.2.0/23", Action::allow},
    {"10.1.4.5", Action::monitor},
    {"224.0.0.0/3", Action::drop},
    {"2001:db8::/32", Action::drop},
    {"2001:db8:1::/48", Action::allow},
    {"2001:db8:2:3::/64", Action::monitor},
    {"2001:db8::7", Action::allow},
    {"2001:db8::8/125", Action::drop},
    {"fe80::/10", Action::monitor},
    {"fe80::1:0:0:0/80", Action::drop},
    {"8000::/1", Action::monitor},
}};

std::vector<Edit> claims() {
  std::vector<Edit> edits;
  for (const auto& [prefix, action] : entries) {
    const Claim claim{.source = "test", .action = action, .reason = {}, .since = {}, .until = {}};
    edits.push_back({parse_prefix(prefix), claim.source, claim});
  }
  return edits;
}

/// The program and the model with the same list.
class Filter {
 public:
  Filter() : generation_(Generation::create(made(bpffs_.path() / "xdpfwd"), 1, sizes, nullptr)) {
    blocklist_.change(claims());
    generation_.fill(blocklist_);
    model_.change(claims());
    can_split_ = harness::can_split_headers(generation_.program());
  }

  void check(std::string_view frame, std::uint32_t linear_bytes) const {
    const std::span bytes(reinterpret_cast<const std::uint8_t*>(frame.data()), frame.size());
    const FrameHeaders headers = read_headers(frame);
    const NaiveModel::Decision wanted = headers.source ? model_.decide(*headers.source) : NaiveModel::Decision();
    const Decision told = generation_.decide(bytes);
    require(told.family == headers.family, "taken for ", std::string(statistics_families[told.family]));
    const xdpfwd_reason reason = reason_for(headers, wanted.action);
    require(told.reason == reason, std::string(statistics_reasons[told.reason]), ", and should be ",
            std::string(statistics_reasons[reason]));
    require(told.source == headers.source, "the source is another one");
    require(told.drops == (wanted.action == Action::drop), told.drops ? "dropped" : "passed");
    const Owner owner = wanted.entry ? make_owner(blocklist_.find(*wanted.entry)->id, wanted.action) : nobody;
    require(told.owner == owner, "decided by ", std::to_string(told.owner), ", not by ", std::to_string(owner));
    if (!can_split_) return;
    const harness::Verdict split = harness::run(generation_.program(), bytes, {.linear_bytes = linear_bytes});
    require((split == harness::Verdict::drop) == told.drops, "another verdict in fragments, from byte ",
            std::to_string(linear_bytes));
  }

 private:
  static constexpr Sizes sizes{.ids = 100, .cells = 1000, .ipv6 = 100};

  static std::filesystem::path made(const std::filesystem::path& directory) {
    std::filesystem::create_directory(directory);
    return directory;
  }

  harness::Bpffs bpffs_;
  Blocklist blocklist_{{100, 100}};
  Generation generation_;
  NaiveModel model_;
  bool can_split_ = false;
};

}  // namespace

void fuzz_packet(std::string_view input) {
  static Filter filter;
  const std::size_t linear = take_number(input);
  const std::string_view frame = input.substr(0, most_bytes);
  if (frame.size() < ethernet_bytes) return;
  filter.check(frame, static_cast<std::uint32_t>(std::min(1 + linear % 80, frame.size())));
}

}  // namespace xdpfwd::fuzz
