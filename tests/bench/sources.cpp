#include "tests/bench/sources.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <stdexcept>

namespace xdpfwd::bench {
namespace {

constexpr std::size_t clean_population = 1'000'000;
constexpr unsigned tries_for_a_clean_one = 100'000;

/// Where a source can come from: 1.0.0.0 to 126.255.255.255, and 128.0.0.0 to 223.255.255.255.
constexpr std::array<std::pair<std::uint64_t, std::uint64_t>, 2> unicast{
    {{0x0100'0000, 0x7f00'0000}, {0x8000'0000, 0xe000'0000}}};

std::uint32_t number_of(const Prefix::Address& address) {
  return std::uint32_t{address[0]} << 24 | std::uint32_t{address[1]} << 16 | std::uint32_t{address[2]} << 8 |
         address[3];
}

Prefix::Address address_of(std::uint32_t number) {
  return {static_cast<std::uint8_t>(number >> 24), static_cast<std::uint8_t>(number >> 16),
          static_cast<std::uint8_t>(number >> 8), static_cast<std::uint8_t>(number)};
}

/// The address with its host bits as they are in `bits`.
Prefix::Address with_host_bits(const Prefix& prefix, const Prefix::Address& bits) {
  Prefix::Address address = prefix.address();
  for (unsigned bit = prefix.length(); bit < address_bits(prefix.family()); ++bit) {
    const auto mask = static_cast<std::uint8_t>(0x80U >> bit % 8);
    address[bit / 8] = static_cast<std::uint8_t>(address[bit / 8] | (bits[bit / 8] & mask));
  }
  return address;
}

Prefix::Address last_of(const Prefix& prefix) {
  Prefix::Address ones;
  ones.fill(0xff);
  return with_host_bits(prefix, ones);
}

Prefix::Address any_in(const Prefix& prefix, Random& random) {
  Prefix::Address bits;
  for (std::size_t half = 0; half < 2; ++half)
    for (std::uint64_t word = random(), byte = 0; byte < 8; ++byte)
      bits[8 * half + byte] = static_cast<std::uint8_t>(word >> (8 * byte));
  return with_host_bits(prefix, bits);
}

Prefix::Address clean_source(const AddressList& list, const Coverage& coverage, Random& random) {
  if (list.family == Family::ipv4) return coverage.uncovered_ipv4(random);
  for (unsigned tries = 0; tries < tries_for_a_clean_one; ++tries)
    if (const Prefix::Address address = list.space.any(random); !coverage.covers(address)) return address;
  throw std::runtime_error("the list leaves no source uncovered");
}

/// Ranks from 0 to n-1 of a Zipf distribution with exponent 1, by its continuous counterpart.
std::size_t zipf_rank(std::size_t n, Random& random) {
  const double uniform = static_cast<double>(random() >> 11) * 0x1p-53;
  const auto rank = static_cast<std::size_t>(std::exp(uniform * std::log(static_cast<double>(n) + 1))) - 1;
  return std::min(rank, n - 1);
}

}  // namespace

Coverage::Coverage(const AddressList& list) {
  for (const Prefix& prefix : list.prefixes) {
    const Prefix::Address last = last_of(prefix);
    // A prefix comes after those around it, so it begins in the newest interval or behind it.
    if (!intervals_.empty() && prefix.address() <= intervals_.back().last) continue;
    intervals_.push_back({prefix.address(), last});
  }
  if (list.family == Family::ipv4) find_gaps();
}

void Coverage::find_gaps() {
  std::uint64_t addresses = 0;
  auto interval = intervals_.begin();
  for (const auto& [first, end] : unicast) {
    std::uint64_t begin = first;
    const auto gap_until = [&](std::uint64_t next) {
      if (next <= begin) return;
      addresses += next - begin;
      gaps_.push_back({static_cast<std::uint32_t>(begin), addresses});
    };
    for (; interval != intervals_.end() && number_of(interval->first) < end; ++interval) {
      gap_until(number_of(interval->first));
      begin = std::uint64_t{number_of(interval->last)} + 1;
    }
    gap_until(end);
  }
  if (gaps_.empty()) throw std::runtime_error("the list leaves no source uncovered");
}

bool Coverage::covers(const Prefix::Address& address) const {
  const auto after = std::ranges::upper_bound(intervals_, address, {}, &Interval::first);
  return after != intervals_.begin() && address <= std::prev(after)->last;
}

Prefix::Address Coverage::uncovered_ipv4(Random& random) const {
  const std::uint64_t rank = random() % gaps_.back().addresses_so_far;
  const auto gap = std::ranges::upper_bound(gaps_, rank, {}, &Gap::addresses_so_far);
  const std::uint64_t before = gap == gaps_.begin() ? 0 : std::prev(gap)->addresses_so_far;
  return address_of(gap->first + static_cast<std::uint32_t>(rank - before));
}

Sources make_sources(const AddressList& list, const Coverage& coverage, Case which, Traffic traffic,
                     std::size_t count) {
  Random random(count + static_cast<std::size_t>(which));
  Sources sources(count);
  if (which == Case::miss && traffic == Traffic::uniform) {
    std::ranges::generate(sources, [&] { return clean_source(list, coverage, random); });
  } else if (which == Case::miss) {
    Sources population(std::min(count, clean_population));
    std::ranges::generate(population, [&] { return clean_source(list, coverage, random); });
    std::ranges::generate(sources, [&] { return population[zipf_rank(population.size(), random)]; });
  } else {
    std::vector<std::uint32_t> order(list.prefixes.size());  // the list is sorted, and frequency is not
    std::iota(order.begin(), order.end(), 0U);
    std::ranges::shuffle(order, random);
    std::ranges::generate(sources, [&] {
      const std::size_t rank = traffic == Traffic::zipf ? zipf_rank(order.size(), random) : random() % order.size();
      return any_in(list.prefixes[order[rank]], random);
    });
  }
  // Believed from here on: it is what every contestant's verdicts are held against.
  for (std::size_t index = 0; index < count; index += 1 + count / 10'000)
    if (coverage.covers(sources[index]) != (which == Case::hit))
      throw std::logic_error("a source is on the wrong side of the list");
  return sources;
}

}  // namespace xdpfwd::bench
