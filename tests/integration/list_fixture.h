// A sandbox whose config names a list, and what tests of lists in files ask of it.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>

#include "tests/integration/fixture.h"

namespace xdpfwd::harness {

using Members = std::map<std::string, nlohmann::json>;

class ListFixture : public Fixture {
 public:
  std::filesystem::path file() const { return path() / "lists" / "feed.txt"; }

  /// Names one list in the config; its file is not there yet.
  explicit ListFixture(const Members& more = {}) {
    std::filesystem::create_directories(file().parent_path());
    nlohmann::json list{{"name", "feed"}, {"path", file()}};
    for (const auto& [key, value] : more) list[key] = value;
    config["lists"] = {list};
  }

  /// Puts another file in its place, as those do who don't want a half-written one to be read. It was downloaded a
  /// while ago, so that it is read at once.
  void replace(const std::string& text) const {
    write_file(path() / "lists" / "new", text);
    std::filesystem::last_write_time(path() / "lists" / "new",
                                     std::filesystem::file_time_type::clock::now() - std::chrono::minutes(1));
    std::filesystem::rename(path() / "lists" / "new", file());
  }

  nlohmann::json list() const { return ask({"status"})["lists"][0]; }
  bool becomes_good(std::size_t entries) const {
    return eventually([&] { return list()["error"].is_null() && list()["entries"] == entries; });
  }
  bool becomes_stale(const std::string& reason) const {
    return eventually([&] {
      const nlohmann::json error = list()["error"];
      return error.is_string() && error.get<std::string>().find(reason) != std::string::npos;
    });
  }
};

inline std::string hosts(unsigned count) {
  std::string text;
  for (unsigned number = 1; number <= count; ++number) text += "192.0.2." + std::to_string(number) + "\n";
  return text;
}

}  // namespace xdpfwd::harness
