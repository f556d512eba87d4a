// The world outside of a container: joined to it by a veth pair, it sends what it is told to on standard input, a
// command a line, and answers each with one line. Everything it made goes with it.
#include <fcntl.h>

#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>

#include "tests/harness/flood.h"
#include "tests/harness/process.h"
#include "tests/harness/sandbox_traffic.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

namespace {

constexpr const char* usage = "usage: systemd-outside NETWORK-NAMESPACE [ADDRESS...]\n";

/// The guarded side's network, with some more IPv4 addresses outside.
class Outside {
 public:
  Outside(const char* guarded, const Strings& addresses) : network_(opened(guarded)) {
    std::string there;
    std::string here;
    for (const std::string& address : addresses) {
      there += "address add " + address + "/32 dev " + Network::outside_interface(0) + "\n";
      here += "route add " + address + "/32 via " + Network::way(Family::ipv4).good + "\n";
    }
    run_or_throw({.words = {"ip", "-batch", "-"}, .network_namespace = network_.outside(), .input = there});
    run_or_throw({.words = {"ip", "-batch", "-"}, .network_namespace = network_.guarded(), .input = here});
  }

  std::string answer(const std::string& command, const std::string& argument) {
    if (command == "passes") return word(ping_answers(network_, Network::way(Family::ipv4), argument));
    if (command == "blocked") return word(ping_is_silent(network_, Network::way(Family::ipv4), argument));
    if (command == "flood") flood_ = std::make_unique<Flood>(network_);
    if (command == "wait") flood_->run_for(std::stoull(argument));
    if (command == "end") return ended();
    return "yes";
  }

 private:
  static Fd opened(const char* path) {
    Fd made(open(path, O_RDONLY | O_CLOEXEC));
    if (!made) throw std::runtime_error(std::string("open ") + path + " failed");
    return made;
  }

  static std::string word(bool value) { return value ? "yes" : "no"; }

  std::string ended() {
    if (!flood_) return word(false);
    const Flood::Report report = flood_->stop();
    flood_.reset();
    return nlohmann::json{{"blocked_sent", report.blocked_sent},
                          {"good_sent", report.good_sent},
                          {"leaked", report.leaked},
                          {"lost", report.lost},
                          {"rate", static_cast<std::uint64_t>(report.rate())}}
        .dump();
  }

  Network network_;
  std::unique_ptr<Flood> flood_;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc < 2) {
    std::cerr << usage;
    return 2;
  }
  try {
    Outside outside(argv[1], Strings(argv + 2, argv + argc));
    std::cout << "ready" << std::endl;
    for (std::string line; std::getline(std::cin, line);) {
      std::istringstream words(line);
      std::string command;
      std::string argument;
      words >> command >> argument;
      std::cout << outside.answer(command, argument) << std::endl;
    }
    return 0;
  } catch (const std::exception& error) {
    std::cerr << "systemd-outside: " << error.what() << '\n';
    return 1;
  }
}
