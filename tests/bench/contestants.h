// Programs that are measured against each other on one list.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "tests/bench/ours.h"
#include "tests/harness/skeleton.h"

struct bench_floor;
struct bench_hash;
struct bench_lpm;
struct bench_silent;

namespace xdpfwd::bench {

struct Contestant {
  std::string name;
  int program;
  bool looks_up;  // else it drops everything
  // Called before and after a sample of it is taken.
  std::function<void()> before = [] {};
  std::function<void()> after = [] {};
};

class Contestants {
 public:
  /// Loads them all, and fills them with the list.
  explicit Contestants(const AddressList& list);
  ~Contestants();
  Contestants(const Contestants&) = delete;
  Contestants& operator=(const Contestants&) = delete;

  /// The kernel's hash is among them only where the list has nothing but hosts.
  const std::vector<Contestant>& all() const { return all_; }

 private:
  void add(std::string name, int program, bool looks_up);

  harness::Skeleton<bench_floor> floor_;
  std::optional<harness::Skeleton<bench_hash>> hash_;
  harness::Skeleton<bench_lpm> lpm_;
  Ours ours_;
  harness::Skeleton<bench_silent> silent_;  // on the tables of `ours_`
  std::vector<Contestant> all_;
};

harness::Skeleton<bench_floor> load_floor();

}  // namespace xdpfwd::bench
