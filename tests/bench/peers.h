// The programs that people use today for long lists of addresses: how each is given one, and one more.
#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "common/prefix.h"
#include "tests/bench/command.h"
#include "tests/bench/report.h"

namespace xdpfwd::bench {

struct Peer {
  std::string name;
  Words load = {};
  std::filesystem::path input = {};  // what `load` reads
  std::function<Words(const std::string& address)> add = {};
  std::function<Words(const std::string& address)> remove = {};
  Words clear = {};
};

/// A file with a prefix a line, for xdpfwctl.
void write_list(const std::filesystem::path& file, std::span<const Prefix> prefixes);

/// A set "bench" that takes the list and some more; `hosts_only` as the kind of set depends on it. Writes its input
/// into the directory.
Peer ipset(const std::filesystem::path& directory, std::span<const Prefix> prefixes, bool hosts_only);

/// A set "bench" in a table of that family; `chain` is what else is in the table.
Peer nft(const std::filesystem::path& directory, std::span<const Prefix> prefixes, bool hosts_only,
         const std::string& family, const std::string& chain);

/// Why a program cannot be measured, or nothing: it is not there, or does not do `probe` here.
std::string why_not(const std::string& program, const Words& probe);

}  // namespace xdpfwd::bench
