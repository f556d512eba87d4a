#include "daemon/store/read_only.h"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>

#include "common/error.h"

namespace xdpfwd {
namespace {

namespace fs = std::filesystem;

constexpr auto way_out = "it is read from there where its disk is read-only: df -h /dev/shm";

/// A directory in memory that goes with its owner, open files or not.
class MemoryDirectory {
 public:
  MemoryDirectory() {
    std::string name = "/dev/shm/xdpfwd-XXXXXX";
    if (mkdtemp(name.data()) == nullptr) throw system_error("make " + name, errno, way_out);
    path_ = name;
  }
  ~MemoryDirectory() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  MemoryDirectory(const MemoryDirectory&) = delete;
  MemoryDirectory& operator=(const MemoryDirectory&) = delete;

  const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

/// Where there is no room, the library's own error would be one of the disk.
void copy_file(const fs::path& from, const fs::path& to) {
  if (fs::space(to.parent_path()).available < fs::file_size(from))
    throw fs::filesystem_error("", std::make_error_code(std::errc::no_space_on_device));
  fs::copy_file(from, to);
}

}  // namespace

bool is_read_only(const fs::path& file) {
  std::error_code ignored;
  // An empty one is what is left of a file that was just being made, or of a damaged disk.
  return access(file.parent_path().c_str(), W_OK) != 0 && errno == EROFS && fs::exists(file, ignored) &&
         fs::file_size(file, ignored) > 0;
}

Database copy_in_memory(const fs::path& file) try {
  const MemoryDirectory directory;
  const fs::path copy = directory.path() / file.filename();
  for (const char* end : {"", "-wal", "-journal"})
    if (fs::exists(file.string() + end)) copy_file(file.string() + end, copy.string() + end);
  Database database(copy, file);
  // Takes over what was written ahead; after that there is one file, which is read without its name.
  database.execute("PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY;");
  return database;
} catch (const fs::filesystem_error& error) {
  throw Error(Code::internal, "copy " + file.string() + " into memory: " + error.code().message(), way_out);
}

}  // namespace xdpfwd
