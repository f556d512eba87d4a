#include "tests/integration/background_client.h"

#include <fcntl.h>

#include <stdexcept>

#include "tests/harness/sandbox_traffic.h"

namespace xdpfwd::harness {
namespace {

Fd opened(const std::filesystem::path& file, int flags) {
  Fd fd(open(file.c_str(), flags | O_CLOEXEC, 0600));
  if (!fd) throw std::runtime_error("open " + file.string());
  return fd;
}

}  // namespace

BlockedWay::BlockedWay() {
  sandbox.start_daemon();
  sandbox.ask({"block", way.bad, "--source", "feed"});
}

void BlockedWay::send(unsigned count) const {
  if (datagrams_arriving(sandbox.network(), way, way.bad, count) != 0) throw std::runtime_error("a datagram arrived");
}

BackgroundClient::BackgroundClient(const Fixture& sandbox, const Strings& arguments, const std::filesystem::path& file)
    : out_(file), err_(sandbox.path() / "client.err") {
  Strings words{sandbox.path() / "xdpfwctl", "--socket", sandbox.socket()};
  words.insert(words.end(), arguments.begin(), arguments.end());
  const Fd input = opened("/dev/null", O_RDONLY);
  const Fd out = opened(out_, O_WRONLY | O_CREAT | O_APPEND);
  const Fd err = opened(err_, O_WRONLY | O_CREAT | O_TRUNC);
  ctl::Connection daemon = connect(sandbox);
  const LiveProgram program(sandbox, daemon);
  process_ = std::make_unique<Process>(Program{.words = words}, input.get(), out.get(), err.get());
  if (!eventually([&] { return program.variables().reasons != 0; }))
    throw std::runtime_error("it does not listen: " + read_file(err_));
}

int BackgroundClient::end() {
  const std::optional<int> status = process_->wait(std::chrono::seconds(30));
  if (!status) throw std::runtime_error("it goes on");
  return *status;
}

}  // namespace xdpfwd::harness
