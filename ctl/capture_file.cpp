#include "ctl/capture_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "common/error.h"
#include "common/text.h"
#include "ctl/output.h"
#include "ctl/pcapng_format.h"

namespace xdpfwd::ctl {
namespace {

constexpr mode_t owner_only = 0600;

/// Whether it begins as a capture file does. Nothing, and errno, where it cannot be read.
std::optional<bool> is_capture(int file) {
  const Descriptor reading(open(("/proc/self/fd/" + std::to_string(file)).c_str(), O_RDONLY | O_CLOEXEC));
  std::uint32_t start = 0;
  if (reading.get() < 0 || pread(reading.get(), &start, sizeof start, 0) < 0) return std::nullopt;
  return start == pcapng::section_header;
}

}  // namespace

CaptureFile::CaptureFile(const std::string& path)
    : path_(path), is_ours_(path != standard_output), name_(is_ours_ ? escaped(path) : "standard output") {
  open_with(0);
  if (is_regular()) refuse_what_may_be_missed();
}

void CaptureFile::begin() {
  if (!file_) return open_with(O_CREAT | O_EXCL);
  if (!is_regular()) return;
  // Not every file system has modes.
  if (fchmod(file_->get(), owner_only) != 0 && errno != EPERM) fail("set the mode of");
  if (ftruncate(file_->get(), 0) != 0) fail("empty");
}

void CaptureFile::write(std::string_view blocks) {
  const char* rest =
      is_ours_ ? "what it has is whole, and can be read" : "all that it has but the last packet is whole";
  try {
    write_all(file_->get(), blocks, rest, name_);
  } catch (const Error&) {
    if (is_ours_)
      static_cast<void>(!ftruncate(file_->get(), static_cast<off_t>(size_)));  // a pipe has nothing to cut off
    throw;
  }
  size_ += blocks.size();
}

/// Leaves a file that is not there for later, unless it is to be made.
void CaptureFile::open_with(int more_flags) {
  Descriptor opened(is_ours_ ? open(path_.c_str(), O_WRONLY | O_CLOEXEC | more_flags, owner_only)
                             : fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, STDERR_FILENO + 1));
  if (opened.get() >= 0)
    file_.emplace(above_standard_streams(std::move(opened)));
  else if (errno != ENOENT || more_flags != 0)
    fail("open");
}

/// Whether it is a file on a disk, and there, and ours.
bool CaptureFile::is_regular() const {
  struct stat status {};
  return is_ours_ && file_ && fstat(file_->get(), &status) == 0 && S_ISREG(status.st_mode);
}

/// Whoever owns a file can read it, whatever its mode; and one of another kind was named by mistake.
void CaptureFile::refuse_what_may_be_missed() const {
  constexpr const char* hint = "name another file, or remove this one before";
  struct stat status {};
  if (fstat(file_->get(), &status) != 0) fail("look at");
  if (status.st_uid != geteuid())
    throw Error(Code::refused, "capture: " + name_ + ": is there, and belongs to another user", hint);
  if (status.st_size == 0) return;
  const std::optional<bool> known = is_capture(file_->get());
  if (!known) fail("read");
  if (!*known) throw Error(Code::refused, "capture: " + name_ + ": is there, and is no pcapng file", hint);
}

void CaptureFile::fail(const std::string& action) const {
  throw system_error("capture: " + action + " " + name_, errno);
}

}  // namespace xdpfwd::ctl
