// Whole processes, timed from the call that starts them until they have ended.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

namespace xdpfwd::bench {

using Words = std::vector<std::string>;

/// Runs a program, found in PATH, in the calling thread's namespaces, and returns the seconds it took. Starting it
/// costs the same however much memory the benchmark has, as fork() would not. Its standard output is thrown away.
/// Throws std::runtime_error with what it said where it fails, or takes more than two minutes.
double time_command(const Words& words, const std::filesystem::path& input = "/dev/null");

bool is_installed(const std::string& program);

}  // namespace xdpfwd::bench
