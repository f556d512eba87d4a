// Where a list is read from: a file, or standard input.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>

#include "ctl/client.h"

namespace xdpfwd::ctl {

class ListSource {
 public:
  /// `-` is standard input.
  explicit ListSource(std::string path);

  /// Throws Error (invalid).
  void open();

  /// Fills the buffer as far as it can; 0 at the end. Throws Error (invalid).
  std::size_t read(std::span<char> buffer);
  /// Whether that takes no waiting.
  bool is_ready() const;

  /// How messages call it, escaped.
  const std::string& name() const { return name_; }
  /// Bytes, where it is a regular file.
  std::optional<std::uint64_t> size() const;

 private:
  int fd() const;

  std::string path_;
  std::string name_;
  std::optional<Descriptor> file_;
};

}  // namespace xdpfwd::ctl
