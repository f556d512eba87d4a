#include "tests/harness/hanging_disk.h"

#include <fcntl.h>
#include <linux/fuse.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/uio.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <stdexcept>
#include <string_view>

#include "tests/harness/requirements.h"

namespace xdpfwd::harness {
namespace {

constexpr std::uint64_t root = FUSE_ROOT_ID;
constexpr std::uint64_t the_file = root + 1;
constexpr std::size_t largest_request = 65536 + 4096;

template <typename Body>
std::string_view bytes_of(const Body& body) {
  return {reinterpret_cast<const char*>(&body), sizeof body};
}

fuse_attr attributes(std::uint64_t node, std::size_t size) {
  fuse_attr attr{};
  attr.ino = node;
  attr.size = size;
  attr.mode = node == root ? S_IFDIR | 0755 : S_IFREG | 0644;
  attr.mtime = 1'000'000'000;
  attr.nlink = 1;
  return attr;
}

/// Whether a process waits for the answer. A file that was closed before may be released at any time.
bool is_waited_for(const std::vector<char>& request) {
  fuse_in_header header{};
  std::memcpy(&header, request.data(), sizeof header);
  constexpr std::array by_the_way{FUSE_RELEASE, FUSE_RELEASEDIR, FUSE_FORGET, FUSE_BATCH_FORGET, FUSE_INTERRUPT};
  return std::ranges::find(by_the_way, static_cast<fuse_opcode>(header.opcode)) == by_the_way.end();
}

}  // namespace

HangingDisk::HangingDisk(std::filesystem::path at, std::string name, std::string contents)
    : at_(std::move(at)),
      name_(std::move(name)),
      contents_(std::move(contents)),
      device_(open("/dev/fuse", O_RDWR | O_CLOEXEC)) {
  require(static_cast<bool>(device_), "needs /dev/fuse");
  std::filesystem::create_directories(at_);
  const std::string options = "fd=" + std::to_string(device_.get()) + ",rootmode=40000,user_id=0,group_id=0";
  if (mount("hanging", at_.c_str(), "fuse", MS_NODEV | MS_NOSUID, options.c_str()) != 0)
    throw std::runtime_error(std::string("mount a FUSE file system: ") + std::strerror(errno));
  thread_ = std::thread([this] { serve(); });
}

/// Whoever still waits for an answer gets an error.
HangingDisk::~HangingDisk() {
  umount2(at_.c_str(), MNT_FORCE | MNT_DETACH);
  ends_ = true;
  thread_.join();
}

void HangingDisk::serve() {
  std::vector<std::vector<char>> held;
  while (!ends_) {
    if (!hangs_) {
      for (const std::vector<char>& request : held) answer(request);
      held.clear();
    }
    waiting_ = static_cast<unsigned>(held.size());
    pollfd readable{.fd = device_.get(), .events = POLLIN, .revents = 0};
    if (poll(&readable, 1, 20) != 1) continue;
    std::vector<char> request(largest_request);
    const ssize_t size = read(device_.get(), request.data(), request.size());
    if (size < 0 && errno == ENODEV) return;  // it is not mounted any longer
    if (size <= 0) continue;
    if (is_waited_for(request))
      held.push_back(std::move(request));
    else
      answer(request);
  }
}

void HangingDisk::answer(const std::vector<char>& request) const {
  fuse_in_header header{};
  std::memcpy(&header, request.data(), sizeof header);
  const char* body = request.data() + sizeof header;
  const auto reply = [&](int error, std::string_view bytes) {
    fuse_out_header out{.len = static_cast<std::uint32_t>(sizeof(fuse_out_header) + bytes.size()),
                        .error = -error,
                        .unique = header.unique};
    const iovec pieces[]{{&out, sizeof out}, {const_cast<char*>(bytes.data()), bytes.size()}};
    [[maybe_unused]] const ssize_t gone_is_gone = writev(device_.get(), pieces, 2);
  };
  switch (header.opcode) {
    case FUSE_INIT: {
      fuse_init_out init{};
      init.major = FUSE_KERNEL_VERSION;
      init.minor = 31;
      init.max_write = 65536;
      return reply(0, bytes_of(init));
    }
    case FUSE_LOOKUP: {
      if (name_ != body) return reply(ENOENT, {});
      fuse_entry_out entry{};  // valid for no time: each time somebody looks, it is asked anew
      entry.nodeid = the_file;
      entry.attr = attributes(the_file, contents_.size());
      return reply(0, bytes_of(entry));
    }
    case FUSE_GETATTR: {
      fuse_attr_out out{};
      out.attr = attributes(header.nodeid, contents_.size());
      return reply(0, bytes_of(out));
    }
    case FUSE_OPEN:
    case FUSE_OPENDIR:
      return reply(0, bytes_of(fuse_open_out{}));
    case FUSE_READ: {
      fuse_read_in in{};
      std::memcpy(&in, body, sizeof in);
      const std::size_t begin = std::min<std::size_t>(in.offset, contents_.size());
      return reply(0, std::string_view(contents_).substr(begin, in.size));
    }
    case FUSE_FLUSH:
    case FUSE_RELEASE:
    case FUSE_RELEASEDIR:
      return reply(0, {});
    case FUSE_FORGET:
    case FUSE_BATCH_FORGET:
    case FUSE_INTERRUPT:
      return;  // wants no answer
    default:
      return reply(ENOSYS, {});
  }
}

}  // namespace xdpfwd::harness
