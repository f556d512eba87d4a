#include "tests/datapath/random_list.h"

#include <array>
#include <string>

#include "tests/datapath/addresses.h"

namespace xdpfwd {
namespace {

constexpr unsigned bases_per_family = 4;
// Above this, more claims are taken back than made.
constexpr std::size_t comfortable_claims = 250;
constexpr std::array<std::string_view, 4> sources{"config", "cli", "spamhaus", "fail2ban/sshd"};
// In the proportions that leave each of the outcomes a fair share of the packets.
constexpr std::array random_list_actions{Action::monitor, Action::monitor, Action::monitor,
                                         Action::drop,    Action::drop,    Action::allow};

}  // namespace

RandomList::RandomList(std::uint32_t seed) : engine_(seed) {
  for (const Family family : families)
    for (unsigned base = 0; base < bases_per_family; ++base) {
      Prefix::Address address{};
      for (unsigned byte = 0; byte < address_bits(family) / 8; ++byte)
        address[byte] = static_cast<std::uint8_t>(number(255));
      bases_.push_back(xdpfwd::host(family, address));
    }
}

/// A host that shares some first bits with a base.
Prefix RandomList::near_base() {
  Prefix host = bases_[number(static_cast<unsigned>(bases_.size()) - 1)];
  for (unsigned flips = number(3); flips > 0; --flips) host = flipped(host, number(host.length() - 1));
  return host;
}

const Prefix& RandomList::any_entry(const NaiveModel& model) {
  return model.claims()[number(static_cast<unsigned>(model.claims().size()) - 1)].prefix;
}

Prefix RandomList::prefix(const NaiveModel& model) {
  if (model.claims().empty() || number(2) == 0) {
    const Prefix host = near_base();
    // A very wide entry hides most others: it comes, but seldom.
    const unsigned shortest = number(19) == 0 ? 0 : host.length() / 4;
    return host.widened(shortest + number(host.length() - shortest));
  }
  const Prefix& known = any_entry(model);
  if (known.length() == 0) return known;
  switch (number(2)) {
    case 0:
      return flipped(known, known.length() - 1);  // its neighbour
    case 1:
      return known.widened(known.length() - 1);
    default:
      return known;
  }
}

Edit RandomList::change(const NaiveModel& model) {
  const bool crowded = model.claims().size() > comfortable_claims;
  if (!model.claims().empty() && number(9) < (crowded ? 7u : 4u)) {
    const Edit& known = model.claims()[number(static_cast<unsigned>(model.claims().size()) - 1)];
    return {known.prefix, known.source, std::nullopt};
  }
  const std::string source(sources[number(sources.size() - 1)]);
  const Claim claim{.source = source,
                    .action = random_list_actions[number(random_list_actions.size() - 1)],
                    .reason = {},
                    .since = {},
                    .until = std::nullopt};
  return {prefix(model), source, claim};
}

std::vector<Edit> RandomList::changes(const NaiveModel& model) {
  std::vector<Edit> edits;
  if (number(49) == 0) {
    const std::string_view source = sources[number(sources.size() - 1)];
    for (const Edit& claim : model.claims())
      if (claim.source == source) edits.push_back({claim.prefix, claim.source, std::nullopt});
    return edits;
  }
  if (number(49) == 0) return crowd();
  for (unsigned count = 1 + number(29); count > 0; --count) edits.push_back(change(model));
  return edits;
}

/// Many entries in the last eight bits of one address.
std::vector<Edit> RandomList::crowd() {
  const Prefix base = near_base();
  const Claim claim{.source = std::string(sources.front()),
                    .action = random_list_actions[number(random_list_actions.size() - 1)],
                    .reason = {},
                    .since = {},
                    .until = std::nullopt};
  std::vector<Edit> edits;
  for (unsigned count = number(199); count > 0; --count) {
    Prefix::Address address = base.address();
    address[base.length() / 8 - 1] = static_cast<std::uint8_t>(number(255));
    edits.push_back({Prefix(base.family(), address, base.length() - number(2)), claim.source, claim});
  }
  return edits;
}

Prefix RandomList::host(const NaiveModel& model) {
  if (model.claims().empty() || number(3) == 0) return near_base();
  const Prefix& entry = any_entry(model);
  switch (number(3)) {
    case 0:
      return first_host(entry);
    case 1:
      return last_host(entry);
    case 2:
      return host_before(entry).value_or(first_host(entry));
    default:
      return host_after(entry).value_or(last_host(entry));
  }
}

}  // namespace xdpfwd
