#include "tests/bench/peers.h"

#include <fstream>

namespace xdpfwd::bench {
namespace {

namespace fs = std::filesystem;

void finish(std::ofstream& stream, const fs::path& file) {
  if (!stream.flush()) throw std::runtime_error("write " + file.string() + ": failed");
}

/// As large as the kernel would have made it by growing: a set that was saved is restored with its size.
std::size_t hash_size(std::size_t entries) {
  std::size_t size = 1024;
  while (size * 2 < entries) size *= 2;
  return size;
}

}  // namespace

void write_list(const fs::path& file, std::span<const Prefix> prefixes) {
  std::ofstream stream(file);
  for (const Prefix& prefix : prefixes) stream << to_string(prefix) << "\n";
  finish(stream, file);
}

Peer ipset(const fs::path& directory, std::span<const Prefix> prefixes, bool hosts_only) {
  const fs::path file = directory / "ipset";
  std::ofstream stream(file);
  stream << "create bench hash:" << (hosts_only ? "ip" : "net") << " hashsize " << hash_size(prefixes.size())
         << " maxelem " << prefixes.size() * 2 << "\n";
  for (const Prefix& prefix : prefixes) stream << "add bench " << to_string(prefix) << "\n";
  finish(stream, file);
  return {.name = "ipset",
          .load = {"ipset", "restore"},
          .input = file,
          .add =
              [](const std::string& address) {
                return Words{"ipset", "add", "bench", address};
              },
          .remove =
              [](const std::string& address) {
                return Words{"ipset", "del", "bench", address};
              },
          .clear = {"ipset", "destroy", "bench"}};
}

Peer nft(const fs::path& directory, std::span<const Prefix> prefixes, bool hosts_only, const std::string& family,
         const std::string& chain) {
  const fs::path file = directory / "nft";
  std::ofstream stream(file);
  stream << "table " << family << " bench {\nset bench { type ipv4_addr;"
         << (hosts_only ? "" : " flags interval; auto-merge;") << " elements = {\n";
  for (const Prefix& prefix : prefixes) stream << to_string(prefix) << ",\n";
  stream << "} }\n" << chain << "\n}\n";
  finish(stream, file);
  const auto element = [family](const std::string& verb, const std::string& address) {
    return Words{"nft", verb, "element", family, "bench", "bench", "{ " + address + " }"};
  };
  return {.name = "nft",
          .load = {"nft", "-f", file},
          .input = "/dev/null",
          .add = [element](const std::string& address) { return element("add", address); },
          .remove = [element](const std::string& address) { return element("delete", address); },
          .clear = {"nft", "delete", "table", family, "bench"}};
}

std::string why_not(const std::string& program, const Words& probe) {
  if (!is_installed(program)) return "not installed";
  try {
    time_command(probe);
    return {};
  } catch (const std::runtime_error& error) {
    return error.what();
  }
}

}  // namespace xdpfwd::bench
