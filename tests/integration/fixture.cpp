#include "tests/integration/fixture.h"

#include <bpf/bpf.h>
#include <sched.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <future>

#include "tests/harness/requirements.h"

namespace xdpfwd::harness {
namespace {

bool has_program(const std::string& name) { return run({.words = {"sh", "-c", "command -v " + name}}).status == 0; }

template <typename Info>
Info info_of(const Fd& object) {
  Info info{};
  __u32 size = sizeof(info);
  if (bpf_obj_get_info_by_fd(object.get(), &info, &size) != 0) throw std::runtime_error("a pin leads nowhere");
  return info;
}

}  // namespace

Requirements::Requirements() {
  require_root();
  for (const char* program : {"ip", "ping", "socat"})
    require(has_program(program), std::string("needs the program ") + program);
  const bool namespaces = std::async(std::launch::async, [] { return unshare(CLONE_NEWNET | CLONE_NEWNS) == 0; }).get();
  require(namespaces, "needs CAP_SYS_ADMIN, to make network namespaces");
  const Fd map(bpf_map_create(BPF_MAP_TYPE_ARRAY, nullptr, sizeof(int), sizeof(int), 1, nullptr));
  require(static_cast<bool>(map), "needs the system call bpf");
}

Fixture::~Fixture() {
  end_daemon();
  const std::string said = log();
  for (const char* report : {"Sanitizer:", "runtime error:"})
    if (said.find(report) != std::string::npos) FAIL_CHECK(said);
}

nlohmann::json Fixture::entry(const std::string& prefix) const {
  const nlohmann::json list = ask({"list"});
  for (const nlohmann::json& entry : list["entries"])
    if (entry["prefix"] == prefix) return entry;
  return nullptr;
}

std::uint64_t Fixture::packets_of(const std::string& prefix) const {
  const nlohmann::json found = entry(prefix);
  if (found.is_null()) throw std::runtime_error(prefix + ": not in the list");
  return found["packets"];
}

std::uint64_t Fixture::counted(Family family, const char* reason, const std::string& interface) const {
  const nlohmann::json stats = ask({"stats"});
  for (const nlohmann::json& row : stats["interfaces"])
    if (row["name"] == interface) return row[std::string(to_string(family))][reason]["packets"];
  throw std::runtime_error(interface + ": not in the statistics");
}

std::string Fixture::verdict(const std::string& prefix) const {
  return nlohmann::json::parse(ctl({"--json", "check", prefix}).out)["results"][0]["verdict"];
}

std::string Fixture::condition() const {
  nlohmann::json status = ask({"status"});
  for (const char* key : {"uptime", "health"}) status.erase(key);  // the latter tells of a reload that failed
  return ask({"list"}).dump(1) + status.dump(1);
}

bool Fixture::is_attached(const std::string& interface) const {
  const nlohmann::json status = interface_status(interface);
  return !status.is_null() && status["state"] == "attached";
}

std::vector<std::string> Fixture::generations() const {
  std::vector<std::string> names;
  std::error_code none;  // nothing is pinned where a start has failed
  for (const auto& item : std::filesystem::directory_iterator(pin_dir(), none))
    if (item.path().filename().string().starts_with("generation-")) names.push_back(item.path().filename());
  return names;
}

Fixture::KernelObjects Fixture::kernel_objects() const {
  KernelObjects objects;
  for (const std::string& generation : generations())
    for (const auto& pin : std::filesystem::directory_iterator(pin_dir() / generation)) {
      const Fd object(bpf_obj_get(pin.path().c_str()));
      if (pin.path().filename() == "program")
        objects.programs.push_back(info_of<bpf_prog_info>(object).id);
      else
        objects.maps.push_back(info_of<bpf_map_info>(object).id);
    }
  return objects;
}

void fill(const std::filesystem::path& file) {
  std::ofstream stream(file, std::ios::binary);
  const std::string block(4096, 'x');
  while (stream.write(block.data(), static_cast<std::streamsize>(block.size())).flush()) continue;
}

std::size_t left_of(const Fixture::KernelObjects& objects) {
  const auto programs = std::ranges::count_if(
      objects.programs, [](std::uint32_t id) { return static_cast<bool>(Fd(bpf_prog_get_fd_by_id(id))); });
  const auto maps = std::ranges::count_if(
      objects.maps, [](std::uint32_t id) { return static_cast<bool>(Fd(bpf_map_get_fd_by_id(id))); });
  return static_cast<std::size_t>(programs + maps);
}

}  // namespace xdpfwd::harness
