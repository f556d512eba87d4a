// Where captured packets are written to.
#pragma once

#include <sys/types.h>

#include <optional>
#include <string>
#include <string_view>

#include "ctl/client.h"

namespace xdpfwd::ctl {

/// A file of our own holds whole blocks, however it ends. Of what the caller has as standard output nothing is ever cut
/// off, since it may have begun before.
class CaptureFile {
 public:
  static constexpr std::string_view standard_output = "-";

  /// Opens it and changes nothing yet. Throws Error, also where it is a file that somebody may miss: another user's, or
  /// one of another kind.
  explicit CaptureFile(const std::string& path);

  /// From here on the file is there, empty, and for its owner alone: what is in packets is not for everybody. Throws
  /// Error.
  void begin();
  /// Throws Error, ReaderGone.
  void write(std::string_view blocks);

 private:
  void open_with(int more_flags);
  bool is_regular() const;
  void refuse_what_may_be_missed() const;
  [[noreturn]] void fail(const std::string& action) const;

  std::string path_;
  bool is_ours_;
  std::string name_;
  std::optional<Descriptor> file_;  // nothing while it is still to be made
  std::size_t size_ = 0;
};

}  // namespace xdpfwd::ctl
