#include "tests/integration/xdp_tools.h"

#include <sys/mount.h>

#include <sstream>
#include <stdexcept>

#include "daemon/datapath/dispatcher.h"
#include "tests/harness/requirements.h"
#include "tests/harness/sandbox_traffic.h"

namespace xdpfwd::harness {
namespace {

const Way our_way = Network::way(Family::ipv4);
const Way their_way = Network::way(Family::ipv6);

}  // namespace

OwnBpffs::OwnBpffs() {
  if (mount("bpf", "/sys/fs/bpf", "bpf", 0, "mode=0700") != 0) throw std::runtime_error("mount a bpf file system");
}

OwnBpffs::~OwnBpffs() { umount2("/sys/fs/bpf", MNT_DETACH); }

void require_dispatcher() {
  require(run({.words = {"sh", "-c", "command -v xdp-filter"}}).status == 0, "needs the program xdp-filter");
  const std::string refusal = why_no_dispatcher();
  require(refusal.empty(), "the kernel has no dispatcher: " + refusal);
}

SharedSandbox::SharedSandbox(const std::string& sharing) {
  config["interfaces"][0]["sharing"] = sharing;
  daemon_may_share = true;
}

SharedSandbox::~SharedSandbox() = default;

std::string SharedSandbox::tool(const Strings& words) const {
  return run_or_throw({.words = words, .network_namespace = network().guarded()});
}

void SharedSandbox::load_filter() const {
  tool({"xdp-filter", "load", "guarded0", "-f", "ipv6"});
  tool({"xdp-filter", "ip", "-m", "src", their_way.bad});
}

Strings SharedSandbox::programs() const {
  std::istringstream lines(tool({"xdp-loader", "status", "guarded0"}));
  Strings found;
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string arrow;
    std::string priority;
    std::string name;
    if (words >> arrow >> priority >> name && arrow == "=>") found.push_back(name + "(" + priority + ")");
  }
  return found;
}

Strings SharedSandbox::dispatchers() const {
  Strings found;
  std::error_code none;
  for (const auto& item : std::filesystem::directory_iterator("/sys/fs/bpf/xdp", none))
    found.push_back(item.path().filename());
  return found;
}

bool SharedSandbox::ours_filters() const { return datagrams_arriving(network(), our_way, our_way.bad, 10) == 0; }
bool SharedSandbox::theirs_filters() const { return datagrams_arriving(network(), their_way, their_way.bad, 10) == 0; }
bool SharedSandbox::good_passes() const {
  return datagrams_arriving(network(), our_way, our_way.good, 10) == 10 &&
         datagrams_arriving(network(), their_way, their_way.good, 10) == 10;
}

}  // namespace xdpfwd::harness
