// The interfaces: whether the program can be put on each of them, how fast it runs there, and what it would see.
#include <net/if.h>
#include <unistd.h>

#include <algorithm>
#include <thread>

#include "common/text.h"
#include "daemon/datapath/attached_program.h"
#include "daemon/datapath/dispatcher.h"
#include "daemon/datapath/link_info.h"
#include "daemon/doctor/subjects.h"

namespace xdpfwd {
namespace {

// A page, without what the kernel keeps before and behind a packet in it, and two VLAN tags: drivers that take no
// packets in parts do native XDP up to about here.
constexpr unsigned most_in_one_page = 3498;

/// Interfaces that one would name: cards, and a container's end of a veth; not what is made of them.
bool is_worth_naming(const Link& link) {
  return !link.loopback && link.ethernet && (link.kind.empty() || link.kind == "veth") && link.master.empty();
}

/// `virtio_net, MTU 1500, 2 queues`
std::string described(const Link& link) {
  std::string text = link.driver.empty() ? link.kind : link.driver;
  text += (text.empty() ? "MTU " : ", MTU ") + std::to_string(link.mtu);
  if (link.queues > 0) text += ", " + counted(link.queues, "queue", "queues");
  if (!link.master.empty()) text += ", part of " + link.master;
  return text;
}

/// Why native mode is not to be had, and what would be better.
Check without_native(const Link& link, AttachMode wanted) {
  const std::string driver = link.driver.empty() ? "its driver" : "the driver " + link.driver;
  if (wanted == AttachMode::native)
    return {link.name, Verdict::failure, "is to be filtered in native mode, and " + driver + " has none",
            "in the config file, \"mode\": \"auto\" takes generic mode, which is slower"};
  std::string hint = "it works; for speed, filter a card whose driver has native mode";
  if (!link.lower.empty())
    hint = "filter " + link.lower + " instead: what comes in by " + link.name + " comes in by it";
  if (link.kind == "bridge")
    hint = "filter the interfaces that are its ports instead: ip link show master " + link.name;
  return {link.name, Verdict::warning, driver + " has no native mode: generic mode is slower", hint};
}

void judge_mode(const Link& link, AttachMode wanted, std::optional<AttachMode> in_force, Checks& checks) {
  const std::string text = described(link);
  if (in_force && *in_force == AttachMode::generic && wanted == AttachMode::automatic) {
    checks.push_back({link.name, Verdict::warning, text + ": filtered in generic mode, which is slower",
                      "xdpfwctl status tells why; to try native mode again: xdpfwctl detach " + link.name +
                          " && xdpfwctl attach " + link.name + " --mode native"});
  } else if (in_force) {
    checks.push_back({link.name, Verdict::ok, text + ": filtered in " + std::string(to_string(*in_force)) + " mode"});
  } else if (wanted == AttachMode::generic) {
    checks.push_back({link.name, Verdict::ok, text + ": generic mode, as wanted"});
  } else if (!link.xdp_features) {
    checks.push_back({link.name, Verdict::note, text + ": whether it has native mode, Linux tells from 6.3 on",
                      "xdpfwctl status tells it once it is filtered"});
  } else if (wanted == AttachMode::offload) {
    const bool can = (*link.xdp_features & Link::xdp_offload) != 0;
    checks.push_back({link.name, can ? Verdict::ok : Verdict::failure,
                      text + (can ? ": can run the program itself" : ": cannot run the program itself"),
                      can ? "" : "in the config file, use \"mode\": \"auto\""});
  } else if ((*link.xdp_features & Link::xdp_basic) == 0) {
    checks.push_back(without_native(link, wanted));
  } else {
    checks.push_back({link.name, Verdict::ok, text + ": native mode"});
  }
}

/// What goes for native mode alone.
void judge_native(const Link& link, Checks& checks) {
  if (!link.xdp_features || (*link.xdp_features & Link::xdp_basic) == 0) return;
  if (link.lro)
    checks.push_back({link.name, Verdict::warning, "LRO is on, with which many drivers refuse native mode",
                      "ethtool -K " + link.name + " lro off"});
  if (link.mtu > most_in_one_page && (*link.xdp_features & Link::xdp_frags) == 0)
    checks.push_back({link.name, Verdict::warning,
                      "MTU " + std::to_string(link.mtu) +
                          " is more than a page holds, and its driver hands out no packets in parts: it may refuse "
                          "native mode",
                      "ip link set dev " + link.name + " mtu " + std::to_string(most_in_one_page)});
}

void judge_queues(const Link& link, Checks& checks) {
  const unsigned processors = std::thread::hardware_concurrency();
  const unsigned could_be = std::min(processors, link.most_queues);
  if (link.queues == 0 || link.queues >= could_be) return;
  checks.push_back(
      {link.name, Verdict::note,
       "packets come in by " + counted(link.queues, "queue", "queues") + ", so no more than " +
           std::to_string(link.queues) + " of " + std::to_string(processors) + " processors filter them",
       "ethtool -L " + link.name + (link.combined_queues ? " combined " : " rx ") + std::to_string(could_be)});
}

/// Whose it is can be read from the pin alone, and that cannot be read; only root is told a program's name.
Check perhaps_ours(const Link& link, const AttachedProgram& program, const Config& config) {
  const std::string finding = "filtered by an XDP program, " + described(program);
  if (program.name.empty())
    return {link.name, Verdict::note, finding + ": whose it is only root can tell", "sudo xdpfwctl doctor"};
  return {link.name, Verdict::note,
          finding + ": whether it is that of " + config.pin_dir.string() + " cannot be told from here",
          "run it where the daemon's bpf file system is: nsenter --mount --target $(pidof xdpfwd) xdpfwctl doctor"};
}

/// Where several can be: whether ours is among them already, or can be, in the words of a refusal where it cannot.
std::optional<AttachMode> judge_dispatcher(const Link& link, const InterfaceSpec& spec, const AttachedProgram& program,
                                           Checks& checks) {
  const Hook hook = read_hook(link.name, link.index);
  const bool is_dispatcher = hook.kind == Hook::Kind::dispatcher;
  if (is_dispatcher && std::ranges::any_of(hook.dispatched, &DispatchedProgram::is_ours)) return program.mode;
  if (is_dispatcher && spec.sharing != Sharing::exclusive)
    checks.push_back(
        {link.name, Verdict::ok, "is to be shared with what its dispatcher calls: " + described(hook.dispatched)});
  else
    checks.push_back(failure(link.name, foreign_program_error(link.name, program)));
  return std::nullopt;
}

/// The mode in which ours is on it, or who else is there.
std::optional<AttachMode> judge_programs(const Link& link, const InterfaceSpec& spec, const Config& config,
                                         Checks& checks) {
  const std::optional<std::uint32_t> ours = pinned_program(config.pin_dir / "links" / pin_name(link.name));
  std::optional<AttachMode> in_force;
  for (const AttachedProgram& program : attached_programs(link.index)) {
    const bool may_be_ours = program.name.empty() || program.name == "xdpfwd";
    if (program.id == ours)
      in_force = program.mode;
    else if (!ours && may_be_ours)
      checks.push_back(perhaps_ours(link, program, config));
    else if (program.name == dispatcher_name)
      in_force = judge_dispatcher(link, spec, program, checks);
    else
      checks.push_back(failure(link.name, foreign_program_error(link.name, program)));
  }
  return in_force;
}

void check_interface(const std::vector<Link>& links, const InterfaceSpec& spec, const Config& config, Checks& checks) {
  const unsigned index = if_nametoindex(spec.name.c_str());  // it may have several names
  const auto found = std::ranges::find(links, index, &Link::index);
  if (index == 0 || found == links.end()) {
    checks.push_back({spec.name, Verdict::warning, "there is no such interface yet; it is filtered when it comes",
                      "where the name is wrong, this lists those that are there: ip -br link"});
    return;
  }
  Link link = *found;
  link.name = spec.name;
  const std::size_t before = checks.size();
  const std::optional<AttachMode> in_force = judge_programs(link, spec, config, checks);
  if (checks.size() == before) judge_link(link, spec, in_force, checks);  // where somebody else is, that comes first
}

void check_all_worth_naming(const std::vector<Link>& links, const Config& config, Checks& checks) {
  checks.push_back({"interfaces", Verdict::warning, "the config file names none, so nothing is filtered",
                    "name some of these there, as \"interfaces\": [\"eth0\"], or: xdpfwctl attach eth0"});
  for (const Link& link : links) {
    if (!is_worth_naming(link)) continue;
    Checks found;
    check_interface(links, {.name = link.name}, config, found);
    for (Check& check : found) {
      if (check.verdict == Verdict::failure) check.verdict = Verdict::warning;  // nobody wants it filtered
      checks.push_back(std::move(check));
    }
  }
}

}  // namespace

void judge_link(const Link& link, const InterfaceSpec& spec, std::optional<AttachMode> in_force, Checks& checks) {
  if (link.loopback) {
    checks.push_back({link.name, Verdict::failure, "carries what the machine sends to itself, and is not filtered",
                      "name the interfaces that packets come in through from elsewhere"});
    return;
  }
  if (!link.ethernet) {
    checks.push_back(failure(link.name, no_ethernet_error(link.name)));
    return;
  }
  judge_mode(link, spec.mode, in_force, checks);
  if (!link.up)
    checks.push_back(
        {link.name, Verdict::warning, "is down: no packet comes in", "ip link set dev " + link.name + " up"});
  if (!in_force && spec.mode != AttachMode::generic) judge_native(link, checks);
  judge_queues(link, checks);
  // bond_xdp_set() lets go of the program before only where none comes in its place; seen on Linux 6.1 and 6.12.
  if (link.kind == "bond" && in_force.value_or(spec.mode) != AttachMode::generic)
    checks.push_back({link.name, Verdict::warning,
                      "is a bond, which keeps the memory of every program that is replaced until the next boot",
                      "name its ports instead: ip link show master " + link.name});
  if (link.takes_tags)
    checks.push_back({link.name, Verdict::note,
                      "takes VLAN tags off before the program sees a packet; its source is found all the same"});
}

void check_interfaces(const Config& config, Checks& checks) {
  try {
    const std::vector<Link> links = read_links();
    if (config.interfaces.empty()) return check_all_worth_naming(links, config, checks);
    for (const InterfaceSpec& spec : config.interfaces) check_interface(links, spec, config, checks);
  } catch (const Error& error) {
    checks.push_back(failure("interfaces", error));
  }
}

}  // namespace xdpfwd
