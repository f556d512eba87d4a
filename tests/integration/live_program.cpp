#include "tests/integration/live_program.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <array>
#include <stdexcept>
#include <string_view>

#include "tests/harness/program_run.h"

namespace xdpfwd::harness {

using nlohmann::json;

ctl::Connection connect(const Sandbox& sandbox) { return ctl::Connection::open(sandbox.socket(), long_enough); }

LiveProgram::LiveProgram(const Sandbox& sandbox, ctl::Connection& connection) {
  const std::uint64_t generation = connection.call("status", json::object())["generation"];
  const auto pin = sandbox.pin_dir() / ("generation-" + std::to_string(generation)) / "program";
  program_ = Fd(bpf_obj_get(pin.c_str()));
  if (!program_) throw std::runtime_error(pin.string() + ": no program is pinned there");
}

bool LiveProgram::drops(const Prefix& address) const {
  return run(program_.get(), ethernet().ip(address).udp(53).payload(8)) == Verdict::drop;
}

Fd LiveProgram::map(std::string_view end_of_name) const {
  std::array<__u32, 64> ids{};
  bpf_prog_info program{};
  program.nr_map_ids = ids.size();
  program.map_ids = reinterpret_cast<__u64>(ids.data());
  __u32 size = sizeof(program);
  if (bpf_obj_get_info_by_fd(program_.get(), &program, &size) != 0) throw std::runtime_error("no program");
  for (std::size_t index = 0; index < program.nr_map_ids; ++index) {
    Fd map(bpf_map_get_fd_by_id(ids.at(index)));
    bpf_map_info info{};
    size = sizeof(info);
    if (bpf_obj_get_info_by_fd(map.get(), &info, &size) == 0 && std::string_view(info.name).ends_with(end_of_name))
      return map;
  }
  throw std::runtime_error("the program has no map " + std::string(end_of_name));
}

xdpfwd_variables LiveProgram::variables() const {
  const Fd variables_of_program = map(".bss");
  bpf_map_info info{};
  __u32 size = sizeof(info);
  xdpfwd_variables variables{};
  const __u32 only = 0;
  if (bpf_obj_get_info_by_fd(variables_of_program.get(), &info, &size) != 0 || info.value_size != sizeof(variables) ||
      bpf_map_lookup_elem(variables_of_program.get(), &only, &variables) != 0)
    throw std::runtime_error("the program has other variables");
  return variables;
}

void LiveProgram::lose_ipv6_entries() const {
  const Fd entries = map("ipv6");
  xdpfwd_ipv6_key key{};
  while (bpf_map_get_next_key(entries.get(), nullptr, &key) == 0)
    if (bpf_map_delete_elem(entries.get(), &key) != 0) throw std::runtime_error("an entry stays");
}

json all_claims(ctl::Connection& connection, const std::string& source) {
  json all = json::array();
  json params{{"limit", 10'000}};
  if (!source.empty()) params["source"] = source;
  for (;;) {
    json page = connection.call("export", params);
    for (json& claim : page["claims"]) all.push_back(std::move(claim));
    if (page["next"].is_null()) return all;
    params["cursor"] = page["next"];
  }
}

}  // namespace xdpfwd::harness
