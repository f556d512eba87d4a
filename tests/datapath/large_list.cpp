#include "tests/datapath/large_list.h"

#include <algorithm>
#include <array>
#include <utility>

#include "tests/datapath/addresses.h"

namespace xdpfwd {
namespace {

constexpr std::array<std::string_view, 4> claimants{"config", "cli", "spamhaus", "fail2ban/sshd"};
// In the proportions that leave each of the outcomes a fair share of the packets.
constexpr std::array large_list_actions{Action::monitor, Action::monitor, Action::drop,
                                        Action::drop,    Action::drop,    Action::allow};
constexpr unsigned large_list_bases_per_family = 12;
constexpr unsigned dense_per_family = 6;

}  // namespace

LargeList::LargeList(std::uint32_t seed) : engine_(seed) {
  for (const Family family : families) {
    for (unsigned base = 0; base < large_list_bases_per_family; ++base) bases_.push_back(any_host(family));
    for (unsigned net = 0; net < dense_per_family; ++net)
      dense_.push_back(any_host(family).widened(address_bits(family) - 8));
  }
}

Prefix LargeList::any_host(Family family) {
  Prefix::Address address{};
  for (unsigned byte = 0; byte < address_bits(family) / 8; ++byte)
    address[byte] = static_cast<std::uint8_t>(number(255));
  return host(family, address);
}

/// A host that has some first bits in common with this one.
Prefix LargeList::near(const Prefix& host) {
  Prefix found = host;
  for (unsigned flips = number(3); flips > 0; --flips) found = flipped(found, number(found.length() - 1));
  return found;
}

Prefix LargeList::dense_host() {
  const Prefix& net = dense_[number(static_cast<unsigned>(dense_.size()) - 1)];
  Prefix::Address address = net.address();
  address[net.length() / 8] = static_cast<std::uint8_t>(number(255));
  return host(net.family(), address);
}

Prefix LargeList::around_known(const Prefix& known) {
  if (known.length() == 0) return known;
  switch (number(3)) {
    case 0:
      return flipped(known, known.length() - 1);  // its neighbour
    case 1:
      return known.widened(known.length() - 1 - number(std::min(known.length() - 1, 3u)));
    case 2: {  // inside
      Prefix::Address address = known.address();
      const Prefix other = any_host(known.family());
      for (unsigned byte = (known.length() + 7) / 8; byte < address_bits(known.family()) / 8; ++byte)
        address[byte] = other.address()[byte];
      const unsigned bits = address_bits(known.family());
      return {known.family(), address, known.length() + number(bits - known.length())};
    }
    default:
      return known;
  }
}

Prefix LargeList::prefix() {
  const Prefix anywhere = any_host(families[number(1)]);
  const unsigned bits = anywhere.length();
  switch (number(9)) {
    case 0:
    case 1:
      return anywhere;
    case 2:
      return anywhere.widened(bits / 2 + number(bits / 2));
    case 3:
    case 4: {
      const Prefix dense = dense_host();
      return dense.widened(dense.length() - (number(3) == 0 ? number(8) : 0));
    }
    case 5:
    case 6: {
      // Wide entries hide most others: they come, but seldom.
      const Prefix close = near(bases_[number(static_cast<unsigned>(bases_.size()) - 1)]);
      const unsigned shortest = number(29) == 0 ? 0 : close.length() / 4;
      return close.widened(shortest + number(close.length() - shortest));
    }
    default:
      if (known_.empty()) return anywhere;
      return around_known(known_[number(static_cast<unsigned>(known_.size()) - 1)].prefix);
  }
}

Edit LargeList::claim() {
  const Prefix claimed = prefix();
  const std::string_view source = claimants[number(claimants.size() - 1)];
  const bool hides_much = claimed.length() < address_bits(claimed.family()) / 4;
  const Action action =
      hides_much && number(7) > 0 ? Action::monitor : large_list_actions[number(large_list_actions.size() - 1)];
  known_.push_back({claimed, source});
  return {claimed, source, Claim{.source = source, .action = action, .reason = {}, .since = {}, .until = std::nullopt}};
}

/// Of any claim that is known; wide ones do not stay for long.
Edit LargeList::withdrawal() {
  std::size_t index = number(static_cast<unsigned>(known_.size()) - 1);
  for (unsigned tries = 0; tries < 20 && known_[index].prefix.length() > 12; ++tries)
    if (const std::size_t other = number(static_cast<unsigned>(known_.size()) - 1);
        known_[other].prefix.length() < address_bits(known_[other].prefix.family()) / 4)
      index = other;
  const Known taken = std::exchange(known_[index], known_.back());
  known_.pop_back();
  return {taken.prefix, taken.source, std::nullopt};
}

std::vector<Edit> LargeList::claims(unsigned count) {
  std::vector<Edit> edits;
  while (edits.size() < count) edits.push_back(claim());
  return edits;
}

std::vector<Edit> LargeList::changes(unsigned count) {
  std::vector<Edit> edits;
  while (edits.size() < count) edits.push_back(!known_.empty() && number(1) == 0 ? withdrawal() : claim());
  return edits;
}

std::vector<Edit> LargeList::clear(const IntervalModel& model) {
  std::vector<Edit> edits;
  for (const auto& [prefix, entry] : model.entries())
    for (const auto& [source, action] : entry.claims) edits.push_back({prefix, source, std::nullopt});
  known_.clear();
  return edits;
}

std::vector<Prefix::Address> LargeList::sources(const IntervalModel& model, Family family, std::size_t count) {
  std::vector<Prefix::Address> found;
  found.reserve(count);
  const std::size_t start = engine_();
  for (std::size_t turn = 0; turn < count; ++turn) found.push_back(source(model, family, start + turn));
  return found;
}

Prefix::Address LargeList::source(const IntervalModel& model, Family family, std::size_t turn) {
  const auto intervals = model.intervals(family);
  const Prefix first = host(family, intervals[turn / 4 % intervals.size()].first);
  switch (turn % 4) {
    case 0:
      return first.address();
    case 1:
      return host_before(first).value_or(first).address();
    case 2: {
      Prefix::Address address = first.address();
      address[first.length() / 8 - 1] = static_cast<std::uint8_t>(number(255));
      return number(1) == 0 ? address : flipped(host(family, address), number(first.length() - 1)).address();
    }
    default: {
      const Prefix anywhere = any_host(family);
      if (known_.empty() || number(1) == 0) return anywhere.address();
      const Prefix& known = known_[number(static_cast<unsigned>(known_.size()) - 1)].prefix;
      Prefix::Address address = known.family() == family ? known.address() : anywhere.address();
      for (unsigned byte = (known.length() + 7) / 8; byte < first.length() / 8; ++byte)
        address[byte] = anywhere.address()[byte];
      return address;
    }
  }
}

}  // namespace xdpfwd
