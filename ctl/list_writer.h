// Claims as a list for other programs, piece by piece: memory doesn't grow with the list.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "common/list_reader.h"
#include "common/prefix.h"

namespace xdpfwd::ctl {

struct ExportedClaim {
  Prefix prefix;
  std::string source;
  std::string action;
  std::string reason;
  std::int64_t since = 0;             // Unix seconds
  std::optional<std::int64_t> until;  // Unix seconds; nothing where it has no end
};

/// How many prefixes a list will have at most, of each family: ipset wants to be told before the first.
struct ListCounts {
  std::uint64_t ipv4 = 0;
  std::uint64_t ipv6 = 0;
};

/// Writes a list that read_list() reads. Of ndjson that gives back every claim as it was. The other formats know a
/// prefix once and no action: give them claims of one action only. A claim that has ended is not in them, and
/// where several sources claim a prefix, it stays as long as the last of them.
class ListWriter {
 public:
  /// `now` is Unix seconds; `format` is not automatic.
  ListWriter(ListFormat format, std::int64_t now, ListCounts counts);
  ~ListWriter();

  /// Text before the first claim.
  std::string begin();
  /// Text for a claim, perhaps for some before it. Claims come in the order of their prefixes.
  std::string add(const ExportedClaim& claim);
  /// Text after the last claim.
  std::string end();

  /// What the format could not tell, a line each; complete after end().
  std::string notes() const;

  /// How one of the formats is written.
  class Form;

 private:
  std::string flush();

  std::unique_ptr<Form> form_;
  std::int64_t now_;
  bool every_claim_;                      // not each prefix once
  std::optional<ExportedClaim> pending_;  // further claims on its prefix may come
  std::uint64_t ended_ = 0;
};

}  // namespace xdpfwd::ctl
