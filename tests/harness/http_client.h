// An HTTP client that sends what it is told, right or wrong, and reads an answer as it comes.
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <string>
#include <string_view>

#include "daemon/datapath/fd.h"

namespace xdpfwd::harness {

struct HttpAnswer {
  int status = 0;
  std::map<std::string, std::string> headers;
  std::string body;
};

class HttpClient {
 public:
  /// Each throws std::runtime_error where nobody listens there.
  HttpClient(int network_namespace, const std::string& address, std::uint16_t port);
  explicit HttpClient(const std::filesystem::path& socket);

  void send(std::string_view bytes) const;
  /// Reads the next answer; one to HEAD has no body. Throws std::runtime_error where none comes.
  HttpAnswer receive(bool has_body = true);
  /// `GET path`, and its answer.
  HttpAnswer get(const std::string& path);
  /// Whether the other end closes the connection before long, without another byte.
  bool is_ended(std::chrono::milliseconds limit = std::chrono::seconds(30));

 private:
  std::string read_until(std::string_view end);
  bool read_more(std::chrono::milliseconds limit);

  Fd socket_;
  std::string received_;
};

}  // namespace xdpfwd::harness
