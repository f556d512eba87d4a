#include "daemon/datapath/mapped_array.h"

#include <bpf/bpf.h>
#include <sys/mman.h>

#include <cerrno>
#include <string>

#include "common/error.h"

namespace xdpfwd {

MappedMemory::MappedMemory(Fd map, std::size_t value_size) : map_(std::move(map)), value_size_(value_size) {
  bpf_map_info info{};
  __u32 info_size = sizeof(info);
  if (bpf_obj_get_info_by_fd(map_.get(), &info, &info_size) != 0) throw system_error("read a BPF map", errno);
  const std::string action = std::string("map the memory of ") + info.name;
  if (info.type != BPF_MAP_TYPE_ARRAY || info.value_size != value_size) throw system_error(action, EINVAL);
  void* mapped = mmap(nullptr, info.max_entries * value_size, PROT_READ | PROT_WRITE, MAP_SHARED, map_.get(), 0);
  if (mapped == MAP_FAILED) throw system_error(action, errno);
  memory_ = mapped;
  size_ = info.max_entries;
}

MappedMemory::~MappedMemory() {
  if (memory_ != nullptr) munmap(memory_, size_ * value_size_);
}

}  // namespace xdpfwd
