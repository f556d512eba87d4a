#include "tests/faults/subject.h"

#include <bpf/bpf.h>

#include <algorithm>

#include "common/prefix.h"
#include "ctl/client.h"
#include "tests/harness/program_run.h"

namespace xdpfwd::harness {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr std::chrono::seconds time_to_answer{10};

std::string claim_line(const std::string& prefix, const json& claim) {
  return prefix + " " + claim["source"].get<std::string>() + " " + claim["action"].get<std::string>();
}

Strings names_in(const fs::path& directory) {
  Strings names;
  std::error_code none;
  for (const auto& item : fs::directory_iterator(directory, none)) names.push_back(item.path().filename());
  return names;
}

void report_unknown(const fs::path& directory, const Strings& known, Strings& unknown) {
  for (const std::string& name : names_in(directory))
    if (std::ranges::find(known, name) == known.end()) unknown.push_back(directory / name);
}

}  // namespace

bool Subject::come_up() {
  launch_daemon();
  const bool in_time = eventually([&] { return !daemon_runs() || (answers() && generations().size() == 1); });
  if (!in_time) throw std::runtime_error("the daemon neither ended nor came up; it said: " + fresh_log());
  return daemon_runs();
}

void Subject::kill() {
  if (daemon_runs()) stop_daemon(SIGKILL);
}

bool Subject::answers() const {
  try {
    ctl::Connection::open(socket(), time_to_answer).call("ping", json::object());
    return true;
  } catch (const Error&) {
    return false;
  }
}

Claims Subject::claims() const {
  Claims claims;
  ctl::Connection connection = ctl::Connection::open(socket(), time_to_answer);
  const json list = connection.call("list", {{"limit", 1000}});
  for (const json& entry : list["entries"])
    for (const json& claim : entry["claims"]) claims.insert(claim_line(entry["prefix"], claim));
  return claims;
}

Fd Subject::program() const {
  const Fd link(bpf_obj_get((pin_dir() / "links" / Network::guarded_interface(0)).c_str()));
  bpf_link_info info{};
  __u32 size = sizeof(info);
  if (!link || bpf_obj_get_info_by_fd(link.get(), &info, &size) != 0 || info.xdp.ifindex == 0) return {};
  return Fd(bpf_prog_get_fd_by_id(info.prog_id));
}

bool Subject::drops(const std::string& address) const {
  const Fd present = program();
  return present && run(present.get(), ethernet().ip(parse_prefix(address)).udp(53).payload(8)) == Verdict::drop;
}

Strings Subject::disagreements(const Claims& claims) const {
  Strings wrong;
  for (const std::string& address : watched_) {
    const bool claimed = std::ranges::any_of(claims, [&](const std::string& line) {
      return parse_prefix(line.substr(0, line.find(' '))).covers(parse_prefix(address));
    });
    if (drops(address) != claimed) wrong.push_back(address);
  }
  return wrong;
}

void Subject::note_objects() {
  const KernelObjects now = kernel_objects();
  noted_.programs.insert(noted_.programs.end(), now.programs.begin(), now.programs.end());
  noted_.maps.insert(noted_.maps.end(), now.maps.begin(), now.maps.end());
}

Strings Subject::left_behind() {
  Strings left = unknown_files();
  std::ranges::move(unknown_pins(), std::back_inserter(left));
  KernelObjects gone = noted_;
  const KernelObjects now = kernel_objects();
  std::erase_if(gone.programs, [&](auto id) { return std::ranges::find(now.programs, id) != now.programs.end(); });
  std::erase_if(gone.maps, [&](auto id) { return std::ranges::find(now.maps, id) != now.maps.end(); });
  // The kernel lets go of them a moment later.
  if (!eventually([&] { return left_of(gone) == 0; }))
    left.push_back(std::to_string(left_of(gone)) + " programs and maps");
  noted_ = {};
  return left;
}

Strings Subject::unknown_files() const {
  Strings unknown;
  report_unknown(
      path(),
      {"bpf", "control.sock", "list", "log", "resolv.conf", "state", "stored", "trace", "xdpfwctl", "xdpfwd.json"},
      unknown);
  report_unknown(state_dir(), {"claims.db", "claims.db-wal"}, unknown);
  return unknown;
}

Strings Subject::unknown_pins() const {
  Strings unknown;
  const Strings generation = generations();
  // The kernel itself has the two others in each bpf file system.
  report_unknown(pin_dir().parent_path(), {pin_dir().filename(), "maps.debug", "progs.debug"}, unknown);
  report_unknown(pin_dir(), {"links", generation.empty() ? "" : generation.front()}, unknown);
  report_unknown(pin_dir() / "links", links(), unknown);
  for (const std::string& name : generation)
    report_unknown(pin_dir() / name, {"counters", "interfaces", "names", "program", "statistics"}, unknown);
  return unknown;
}

}  // namespace xdpfwd::harness
