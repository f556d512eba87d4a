#include "tests/faults/shared_subject.h"

#include <bpf/bpf.h>
#include <net/if.h>

#include <algorithm>

#include "daemon/datapath/attached_program.h"
#include "tests/harness/requirements.h"

namespace xdpfwd::harness {
namespace {

const Strings in_order{"xdpfwd(5)", "xdpfilt_alw_ip(10)"};
const Way theirs = Network::way(Family::ipv6);

unsigned count(int (*next)(__u32, __u32*)) {
  unsigned found = 0;
  for (__u32 id = 0; next(id, &id) == 0;) ++found;
  return found;
}

}  // namespace

SharedSubject::SharedSubject() {
  require_own_machine();
  require_dispatcher();
  // What an earlier test case had goes a moment after its process.
  if (!eventually([] { return counts() == Counts{}; })) throw std::runtime_error("the machine has other BPF programs");
  load_filter();
  if (!come_up()) throw std::runtime_error("the daemon did not start; it said: " + log());
  in_order_ = counts();
  kill();
}

bool SharedSubject::is_filtered() const {
  const Strings present = programs();
  return std::ranges::find(present, in_order.front()) != present.end();
}

Strings SharedSubject::harm() const {
  Strings wrong;
  if (!drops(theirs.bad)) wrong.push_back("xdp-filter lets " + theirs.bad + " pass");
  if (drops(theirs.good)) wrong.push_back("xdp-filter drops " + theirs.good);
  return wrong;
}

Strings SharedSubject::bad() const { return {Network::way(Family::ipv4).bad}; }

Strings SharedSubject::left_behind() {
  Strings left = Subject::left_behind();
  if (programs() != in_order) left.push_back("another order of programs");
  if (dispatchers().size() != 1) std::ranges::copy(dispatchers(), std::back_inserter(left));
  // The kernel lets go of what nobody has any more a moment later.
  if (!eventually([&] { return counts() == in_order_; })) {
    const Counts now = counts();
    left.push_back(std::to_string(now.programs) + " programs, " + std::to_string(now.maps) + " maps and " +
                   std::to_string(now.links) + " links, of " + std::to_string(in_order_.programs) + ", " +
                   std::to_string(in_order_.maps) + " and " + std::to_string(in_order_.links));
  }
  return left;
}

Fd SharedSubject::program() const {
  const auto attached = in_namespace(
      network().guarded(), [] { return attached_programs(if_nametoindex(Network::guarded_interface(0).c_str())); });
  return attached.empty() ? Fd() : Fd(bpf_prog_get_fd_by_id(attached.front().id));
}

SharedSubject::Counts SharedSubject::counts() {
  return {count(bpf_prog_get_next_id), count(bpf_map_get_next_id), count(bpf_link_get_next_id)};
}

}  // namespace xdpfwd::harness
