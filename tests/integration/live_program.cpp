#include "tests/integration/live_program.h"

#include <bpf/bpf.h>

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
