// The benchmark: everything measured in one run, since only what was measured together can be compared.
#include <sys/utsname.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <fstream>
#include <iostream>
#include <thread>

#include "common/version.h"
#include "tests/bench/control_section.h"
#include "tests/bench/datapath_section.h"
#include "tests/bench/end_to_end_section.h"
#include "tests/bench/goals.h"
#include "tests/bench/memory_section.h"
#include "tests/bench/plots.h"

namespace xdpfwd::bench {
namespace {

const std::set<std::string> sections{"datapath", "control", "memory", "end-to-end"};

/// What the figures depend on besides the programs.
Json circumstances() {
  utsname system{};
  uname(&system);
  return {{"version", version},
          {"kernel", system.release},
          {"machine", system.machine},
          {"processors", std::thread::hardware_concurrency()}};
}

Json run(const Options& options) {
  Json results = circumstances();
  results["quick"] = options.quick;
  if (options.wants("datapath")) results["datapath"] = measure_datapath(options);
  if (options.wants("control")) results["control"] = measure_control(options);
  if (options.wants("memory")) results["memory"] = measure_memory(options);
  if (options.wants("end-to-end")) results["end_to_end"] = measure_end_to_end(options);
  results["goals"] = judge(results);
  return results;
}

void write(const Json& results, const std::filesystem::path& file) {
  std::ofstream stream(file);
  stream << results.dump(1) << "\n";
  if (!stream.flush()) throw std::runtime_error("write " + file.string() + ": failed");
}

}  // namespace
}  // namespace xdpfwd::bench

int main(int argc, char** argv) {
  using namespace xdpfwd::bench;
  Options options;
  CLI::App app(
      "Measures xdpfwd beside its peers. Takes some minutes; --quick takes seconds, and its figures are rough.");
  app.add_flag("--quick", options.quick, "small lists and few rounds, to see that it works");
  app.add_option("--json", options.json, "write all figures to this file");
  app.add_option("--plots", options.plots, "write PNG plots into this directory, with gnuplot");
  app.add_option("--only", options.only, "only this section; may be repeated")->check(CLI::IsMember(sections));
  app.add_option("--sizes", options.sizes, "entries in the datapath's lists; 1,1000,100000,1000000 unless told")
      ->delimiter(',')
      ->check(CLI::Range(std::size_t{1}, std::size_t{10'000'000}));
  CLI11_PARSE(app, argc, argv);
  if (options.sizes.empty())
    options.sizes =
        options.quick ? std::vector<std::size_t>{1, 1'000} : std::vector<std::size_t>{1, 1'000, 100'000, 1'000'000};
  if (geteuid() != 0) {
    std::cerr << "xdpfwd-bench: needs root, to load programs into the kernel\n";
    return 1;
  }
  try {
    block_stop_signals();
    const Json results = run(options);
    if (options.json) write(results, *options.json);
    if (options.plots) draw_plots(results, *options.plots);
  } catch (const std::exception& error) {
    std::cerr << "xdpfwd-bench: " << error.what() << "\n";
    return 1;
  }
  return 0;
}
