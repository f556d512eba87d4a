#include "daemon/datapath/sampling.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include <algorithm>
#include <cerrno>
#include <vector>

#include "common/error.h"
#include "daemon/datapath/packet_clock.h"

namespace xdpfwd {

void Sampling::want(const SamplesWanted& wanted) {
  constexpr std::uint64_t second = 1'000'000'000;
  xdpfwd_variables& variables = variables_[0];
  __atomic_store_n(&variables.interval, second / std::max(wanted.per_second, 1u), __ATOMIC_RELAXED);
  __atomic_store_n(&variables.reasons, wanted.reasons, __ATOMIC_RELEASE);
}

void Sampling::tick() { __atomic_store_n(&variables_[0].now, packet_clock_now(), __ATOMIC_RELAXED); }

std::uint64_t Sampling::missed() const {
  std::vector<xdpfwd_sampled> each(static_cast<std::size_t>(libbpf_num_possible_cpus()));
  const std::uint32_t only = 0;
  if (bpf_map_lookup_elem(sampled_.get(), &only, each.data()) != 0) return 0;
  std::uint64_t sum = 0;
  for (const xdpfwd_sampled& one : each) sum += one.missed;
  return sum;
}

SampleReader::SampleReader(int samples, Function function)
    : function_(std::move(function)), ring_(ring_buffer__new(samples, take, this, nullptr), ring_buffer__free) {
  if (!ring_) throw system_error("read samples of packets", errno);
}

int SampleReader::fd() const { return ring_buffer__epoll_fd(ring_.get()); }

std::size_t SampleReader::read(std::size_t most) {
  left_ = most;
  if (most > 0) ring_buffer__consume(ring_.get());
  return most - left_;
}

/// What is negative ends the reading, behind this sample.
int SampleReader::take(void* self, void* sample, std::size_t size) {
  auto& reader = *static_cast<SampleReader*>(self);
  if (size >= sizeof(xdpfwd_sample)) reader.function_(*static_cast<const xdpfwd_sample*>(sample));
  return --reader.left_ == 0 ? -ECANCELED : 0;
}

}  // namespace xdpfwd
