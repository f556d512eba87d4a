#include "daemon/datapath/left_open.h"

#include <unistd.h>

#include <cstdlib>
#include <filesystem>

namespace xdpfwd {

namespace fs = std::filesystem;

LeftOpen::~LeftOpen() {
  for (const int fd : open_programs())
    if (!before_.contains(fd)) close(fd);
}

std::set<int> LeftOpen::open_programs() {
  std::set<int> found;
  std::error_code none;
  for (const auto& item : fs::directory_iterator("/proc/self/fd", none))
    if (fs::read_symlink(item.path(), none) == "anon_inode:bpf-prog")
      found.insert(std::atoi(item.path().filename().c_str()));
  return found;
}

}  // namespace xdpfwd
