// What libbpf has to say, kept for the error that may follow.
#pragma once

#include <string>

namespace xdpfwd {

/// Silences libbpf from now on; its warnings are kept instead.
void capture_bpf_log();

/// The last lines that libbpf printed, the verifier's among them, on one line; empty where there were none.
/// Forgets them.
std::string take_bpf_log();

}  // namespace xdpfwd
