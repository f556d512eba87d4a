// The items of a list -> `stage` requests: grouped by all that they have in common but their prefixes, and sent
// while the list is still being read. Memory doesn't grow with the list.
#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/list_reader.h"
#include "ctl/requests.h"

namespace xdpfwd::ctl {

/// Text of the prefixes and all else in one request, as the request has it. With a range more it is still below
/// small_request_bytes, so that whoever sends a list waits for nobody else who sends a long line.
inline constexpr std::size_t stage_bytes = std::size_t{16} * 1024;

/// What the command line says of every item. It wins over what the list says of one.
struct Overrides {
  bool without_source = false;  // of `sync`, whose source is told once
  std::optional<std::string> source;
  std::optional<std::string> action;
  std::optional<std::string> reason;
  bool has_until = false;
  std::optional<std::int64_t> until;  // Unix seconds, nothing for no end; counts where has_until is set

  /// Of the parameters of `sync` or `import`; `now` is Unix seconds.
  static Overrides of(const Call& call, std::int64_t now);
};

class ListSender {
 public:
  ListSender(Overrides overrides, std::int64_t now, Send send, Receive receive)
      : overrides_(std::move(overrides)), now_(now), send_(std::move(send)), receive_(std::move(receive)) {}

  /// As TakeItem. Throws what sending and receiving throw.
  std::optional<std::string> add(const ListItem& item);
  /// Sends the rest and waits for the last answer. Without an item nothing is sent.
  void finish();

  /// Prefixes so far, sent or about to be.
  std::uint64_t prefixes() const { return prefixes_; }
  /// Items left out because their time was over already.
  std::uint64_t ended() const { return ended_; }

 private:
  struct Group {
    nlohmann::json attributes;
    std::string prefixes;
    std::string hosts;  // of IPv4, see docs/protocol.md
  };

  void choose_group(const ListItem& item);
  void send();
  void await_answer();

  Overrides overrides_;
  std::int64_t now_;
  Send send_;
  Receive receive_;
  std::vector<Group> groups_;  // of the next request
  std::unordered_map<std::string, std::size_t> group_of_;
  struct Attributes {
    std::string source;
    std::string action;
    std::string reason;
    std::optional<std::int64_t> since;
    std::optional<std::int64_t> until;
  } last_;                   // of the item before, which are nearly always those of the next
  std::size_t current_ = 0;  // the group that it went to
  std::size_t bytes_ = 0;
  std::uint64_t prefixes_ = 0;
  std::uint64_t ended_ = 0;
  bool answer_is_due_ = false;
};

}  // namespace xdpfwd::ctl
