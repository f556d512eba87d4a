// The formats that ListWriter chooses from.
#pragma once

#include <memory>
#include <string>

#include "ctl/list_writer.h"

namespace xdpfwd::ctl {

class ListWriter::Form {
 public:
  virtual ~Form() = default;
  virtual std::string begin() { return {}; }
  virtual std::string add(const ExportedClaim& claim) = 0;
  virtual std::string end() { return {}; }
  virtual std::string notes() const { return {}; }
};

std::unique_ptr<ListWriter::Form> ipset_form(std::int64_t now, ListCounts counts);
std::unique_ptr<ListWriter::Form> nft_form(std::int64_t now);

/// True where the one ends after the other does.
inline bool outlasts(const ExportedClaim& one, const ExportedClaim& other) {
  return other.until && (!one.until || *one.until > *other.until);
}

/// A reason as a comment for programs that know no escapes: without quotation marks and controls, cut to so many
/// bytes between two characters.
std::string comment_of(const std::string& reason, std::size_t most_bytes);

}  // namespace xdpfwd::ctl
