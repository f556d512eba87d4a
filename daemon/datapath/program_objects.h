// The XDP program and its maps as the kernel knows them: what a generation is made of, and all that takes rights to
// make.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>

#include "daemon/datapath/fd.h"
#include "daemon/datapath/sizes.h"

struct bpf_object;

namespace xdpfwd {

enum class Object : std::uint8_t {
  program,
  counters,
  statistics,
  interfaces,
  names,
  samples,
  sampled,
  ipv4_filter,
  ipv4_roots,
  ipv4_cells,
  ipv6_filter,
  ipv6_lengths,
  ipv6,
  sampling,   // the program's variables
  constants,  // and what it was loaded with
  decision,
};
inline constexpr std::size_t object_count = 16;

/// A descriptor of each.
class ProgramObjects {
 public:
  Fd& operator[](Object object) { return fds_[static_cast<std::size_t>(object)]; }
  const Fd& operator[](Object object) const { return fds_[static_cast<std::size_t>(object)]; }
  Fd take(Object object) { return std::move((*this)[object]); }
  /// Another descriptor of each. Throws Error.
  ProgramObjects copies() const;
  std::array<Fd, object_count>& all() { return fds_; }
  const std::array<Fd, object_count>& all() const { return fds_; }

 private:
  std::array<Fd, object_count> fds_;
};

/// Maps of an older generation that a new one goes on with where they fit; the others are without a descriptor.
using GivenMaps = ProgramObjects;

/// Loads the program with empty tables of these sizes. Takes CAP_BPF and CAP_NET_ADMIN. Throws Error, with what the
/// verifier said.
ProgramObjects load_program(const Sizes& sizes, const GivenMaps& given);

/// What does so: this process itself, or one that has the rights (loader.h).
using LoadProgram = std::function<ProgramObjects(const Sizes& sizes, const GivenMaps& given)>;

struct CloseObject {
  void operator()(bpf_object* object) const;
};
using BpfObject = std::unique_ptr<bpf_object, CloseObject>;

/// The same program once more, with the same maps: not loaded yet, for libxdp to load as an extension of a
/// dispatcher. Throws Error.
BpfObject open_again(const ProgramObjects& present);

}  // namespace xdpfwd
