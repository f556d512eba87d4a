#include "tests/bench/program_maps.h"

#include <bpf/bpf.h>
#include <linux/bpf.h>

#include <array>
#include <cerrno>
#include <system_error>

namespace xdpfwd::bench {

std::vector<Fd> maps_of(int program) {
  std::array<__u32, 64> ids{};  // the most that a program can use
  bpf_prog_info info{};
  info.nr_map_ids = ids.size();
  info.map_ids = reinterpret_cast<__u64>(ids.data());
  __u32 size = sizeof(info);
  if (bpf_obj_get_info_by_fd(program, &info, &size) != 0)
    throw std::system_error(errno, std::generic_category(), "read a program's maps");
  std::vector<Fd> maps;
  for (std::size_t index = 0; index < info.nr_map_ids; ++index)
    if (Fd map(bpf_map_get_fd_by_id(ids[index])); map) maps.push_back(std::move(map));
  return maps;
}

}  // namespace xdpfwd::bench
