// Whether a full list of the wanted capacity would fit.
#include "common/text.h"
#include "daemon/datapath/sizes.h"
#include "daemon/doctor/subjects.h"

namespace xdpfwd {

void check_memory_for(const Capacity& capacity, Checks& checks) {
  const std::optional<std::uint64_t> available = available_memory();
  for (const auto& [memory, verdict] :
       {std::pair{total_memory(), Verdict::failure}, std::pair{available, Verdict::warning}})
    try {
      check_memory(capacity, {0, 0}, memory);
    } catch (const Error& error) {
      checks.push_back({"memory", verdict, error.what(), error.hint()});
      return;
    }
  const auto mebibytes = [](std::uint64_t bytes) { return grouped(bytes >> 20) + " MiB"; };
  // RLIMIT_MEMLOCK does not count since Linux 5.11: what maps take is the control group's, as all memory is.
  checks.push_back({"memory", Verdict::ok,
                    "a full list of " + grouped(capacity.ipv4) + " IPv4 and " + grouped(capacity.ipv6) +
                        " IPv6 entries takes " + mebibytes(memory_of(capacity)) +
                        (available ? ", of " + mebibytes(*available) + " available" : "")});
}

}  // namespace xdpfwd
