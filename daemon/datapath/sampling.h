// Samples of what packets met: which ones the program takes, and reading them.
#pragma once

#include <cstdint>
#include <functional>
#include <limits>
#include <memory>

#include "bpf/xdpfwd_abi.h"
#include "daemon/datapath/fd.h"
#include "daemon/datapath/mapped_array.h"

struct ring_buffer;

namespace xdpfwd {

/// Which packets are sampled, and how many.
struct SamplesWanted {
  std::uint32_t reasons = 0;     // a bit for each xdpfwd_reason; 0: none
  std::uint32_t per_second = 1;  // on each CPU, 1 to 1,000,000; as many as in a quarter of a second may come at once

  bool operator==(const SamplesWanted&) const = default;
};

/// One program's part: the switch, and where its samples go.
class Sampling {
 public:
  /// The program's global variables, and the maps of these names (bpf/tell.h).
  Sampling(Fd variables, Fd samples, Fd sampled)
      : variables_(std::move(variables)), samples_(std::move(samples)), sampled_(std::move(sampled)) {}

  void want(const SamplesWanted& wanted);
  /// Tells the program the time. Called ten times a second.
  void tick();
  /// How many packets were not sampled though that was wanted: too many a second, or nobody has read them in time.
  std::uint64_t missed() const;

  int samples() const { return samples_.get(); }
  int sampled() const { return sampled_.get(); }

 private:
  MappedArray<xdpfwd_variables> variables_;
  Fd samples_;
  Fd sampled_;
};

/// Reads the samples of every program that was made with the same map.
class SampleReader {
 public:
  using Function = std::function<void(const xdpfwd_sample&)>;

  /// Throws Error.
  SampleReader(int samples, Function function);
  SampleReader(SampleReader&&) = delete;

  /// Readable when there are samples; non-blocking.
  int fd() const;
  /// Calls the function with each sample that is there, at most so many, and returns how many there were.
  std::size_t read(std::size_t most = std::numeric_limits<std::size_t>::max());

 private:
  static int take(void* self, void* sample, std::size_t size);

  Function function_;
  std::size_t left_ = 0;  // of those that are to be read
  std::unique_ptr<ring_buffer, void (*)(ring_buffer*)> ring_;
};

}  // namespace xdpfwd
