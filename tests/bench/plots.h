// PNG pictures of a run, by gnuplot.
#pragma once

#include <filesystem>

#include "tests/bench/report.h"

namespace xdpfwd::bench {

/// Draws what the run measured into files of the directory, which is made where it is missing. Says so where there is
/// no gnuplot. Throws std::runtime_error.
void draw_plots(const Json& results, const std::filesystem::path& directory);

}  // namespace xdpfwd::bench
