#include "daemon/datapath/bpf_log.h"

#include <bpf/libbpf.h>
#include <xdp/libxdp.h>

#include <array>
#include <cstdarg>
#include <cstdio>
#include <deque>
#include <sstream>
#include <utility>

#include "common/text.h"

namespace xdpfwd {
namespace {

constexpr std::size_t kept_lines = 6;

// libbpf's callback carries no context of ours, so the lines have to live here.
std::deque<std::string> lines;

int keep(const char* format, va_list arguments) {
  std::array<char, 16384> text{};
  std::vsnprintf(text.data(), text.size(), format, arguments);
  std::istringstream stream(text.data());
  for (std::string line; std::getline(stream, line);) {
    if (trimmed(line).empty()) continue;
    lines.emplace_back(trimmed(line));
    if (lines.size() > kept_lines) lines.pop_front();
  }
  return 0;
}

}  // namespace

void capture_bpf_log() {
  libbpf_set_print([](libbpf_print_level level, const char* format, va_list arguments) {
    return level == LIBBPF_WARN ? keep(format, arguments) : 0;
  });
  // Why there is no dispatcher is information to libxdp.
  libxdp_set_print([](libxdp_print_level level, const char* format, va_list arguments) {
    return level == LIBXDP_DEBUG ? 0 : keep(format, arguments);
  });
}

std::string take_bpf_log() {
  std::string text;
  for (const std::string& line : std::exchange(lines, {})) text += (text.empty() ? "" : " | ") + line;
  return text;
}

}  // namespace xdpfwd
