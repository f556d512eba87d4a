// A sandbox for the programs just built, and what several tests ask of it.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "tests/harness/sandbox.h"

namespace xdpfwd::harness {

inline constexpr std::int64_t seconds_a_day = 86'400;
/// The client's exit status where a change is in force and not on disk.
inline constexpr int status_not_durable = 6;
inline const nlohmann::json no_parameters = nlohmann::json::object();

/// A request as it goes to the daemon.
inline std::string request_text(const std::string& method, const std::string& params = "{}") {
  return R"({"jsonrpc":"2.0","id":1,"method":")" + method + R"(","params":)" + params + "}\n";
}

/// Leaves the test case as skipped where this machine cannot run it.
struct Requirements {
  Requirements();
};

class Fixture : Requirements, public Sandbox {
 public:
  Fixture() : Sandbox(XDPFWD_PROGRAM, XDPFWCTL_PROGRAM) {}
  /// Fails the test where a sanitizer found something in one of its daemons.
  ~Fixture();

  /// The entry of exactly this prefix as `list` shows it; null where there is none.
  nlohmann::json entry(const std::string& prefix) const;
  std::uint64_t packets_of(const std::string& prefix) const;
  /// Packets that `stats` shows, on the first link unless told.
  std::uint64_t counted(Family family, const char* reason, const std::string& interface = "guarded0") const;
  std::string verdict(const std::string& prefix) const;

  /// Everything that a reload or a refused command must not change, as text.
  std::string condition() const;
  /// Changes that are in force and not on disk.
  std::uint64_t pending() const { return ask({"status"})["store"]["pending"]; }
  bool is_attached(const std::string& interface = "guarded0") const;
  std::vector<std::string> generations() const;
  /// The ids of what is pinned.
  struct KernelObjects {
    std::vector<std::uint32_t> programs;
    std::vector<std::uint32_t> maps;
  };
  KernelObjects kernel_objects() const;
};

/// Writes to the file until there is no more room.
void fill(const std::filesystem::path& file);

/// Those of them that the kernel still has.
std::size_t left_of(const Fixture::KernelObjects& objects);

}  // namespace xdpfwd::harness
