#include "daemon/config/listen_address.h"

#include <algorithm>
#include <charconv>

#include "common/text.h"

namespace xdpfwd {
namespace {

constexpr std::string_view socket_scheme = "unix:";

bool is_loopback(const Prefix& host) {
  static const Prefix ipv4 = parse_prefix("127.0.0.0/8");
  static const Prefix ipv6 = parse_prefix("::1");
  return host.is_host() && (ipv4.covers(host) || ipv6.covers(host));
}

std::optional<Prefix> parse_host(std::string_view text) {
  const bool bracketed = text.starts_with('[') && text.ends_with(']');
  if (bracketed) text = text.substr(1, text.size() - 2);
  try {
    const Prefix host = parse_prefix(text);
    if (text.find('/') == text.npos && bracketed == (host.family() == Family::ipv6)) return host;
  } catch (const Error&) {
    // A name, or nothing that we know.
  }
  return std::nullopt;
}

std::uint16_t parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), port);
  return failure == std::errc() && end == text.data() + text.size() ? port : std::uint16_t{0};
}

}  // namespace

std::string to_string(const ListenAddress& address) {
  if (!address.host) return std::string(socket_scheme) + address.socket.string();
  const std::string host = to_string(*address.host);
  return (address.host->family() == Family::ipv6 ? "[" + host + "]" : host) + ":" + std::to_string(address.port);
}

ListenAddress read_listen_address(const Reader& value) {
  const std::string& text = value.string();
  if (text.starts_with(socket_scheme)) {
    const nlohmann::json path = text.substr(socket_scheme.size());
    return {.socket = Reader(path, value.pointer()).socket_path()};
  }
  const std::size_t colon = text.rfind(':');
  const std::optional<Prefix> host = parse_host(std::string_view(text).substr(0, colon));
  const std::uint16_t port =
      colon == text.npos ? std::uint16_t{0} : parse_port(std::string_view(text).substr(colon + 1));
  if (!host || port == 0)
    value.fail("\"" + escaped(text) + "\" is no address to listen on",
               "write 127.0.0.1:9415, [::1]:9415 or unix:/run/xdpfwd/metrics.sock");
  if (!is_loopback(*host))
    value.fail(to_string(*host) + " can be reached from outside, and there is no password",
               "listen on 127.0.0.1 or ::1, and put a reverse proxy with TLS and authentication before it");
  return {.host = host, .port = port};
}

}  // namespace xdpfwd
