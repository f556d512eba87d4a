// What libbpf and libxdp have to say, kept for the error that may follow.
#pragma once

#include <string>

namespace xdpfwd {

/// Silences both from now on; warnings, and what libxdp informs of, are kept instead.
void capture_bpf_log();

/// The last lines that they printed, the verifier's among them, on one line; empty where there were none.
/// Forgets them.
std::string take_bpf_log();

}  // namespace xdpfwd
