#include "ctl/list_sender.h"

#include <span>

#include "common/commands.h"
#include "common/hosts.h"
#include "common/jsonrpc.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

/// Names, quotes and times of a group; it also keeps the number of groups in a request far below its limit.
constexpr std::size_t group_bytes = 160;
/// Of a control character, as JSON writes it: \u001b.
constexpr std::size_t longest_escape = 6;

std::optional<std::string> optional_text(const json& params, const char* name) {
  const auto found = params.find(name);
  return found == params.end() ? std::nullopt : std::optional(found->get<std::string>());
}

}  // namespace

Overrides Overrides::of(const Call& call, std::int64_t now) {
  Overrides overrides{.without_source = call.command->name == "sync",
                      .source = optional_text(call.params, "source"),
                      .action = optional_text(call.params, "action"),
                      .reason = optional_text(call.params, "reason"),
                      .has_until = call.params.contains("ttl"),
                      .until = {}};
  if (const auto ttl = call.params.value("ttl", std::int64_t{-1}); ttl != -1) overrides.until = now + ttl;
  return overrides;
}

std::optional<std::string> ListSender::add(const ListItem& item) {
  const bool has_own_source = !overrides_.without_source && !overrides_.source && !item.source.empty();
  if (has_own_source && !is_source_name(item.source)) return "\"source\" must be " + std::string(source_name_rule);
  if (!overrides_.has_until && item.until && *item.until <= now_) {
    ++ended_;
    return std::nullopt;
  }
  choose_group(item);
  Group& group = groups_[current_];
  for (const Prefix& prefix : item.prefixes) {
    const std::size_t before = group.prefixes.size() + group.hosts.size();
    if (has_host_digits(prefix))
      append_host(group.hosts, prefix);
    else
      append_line(group.prefixes, prefix);
    bytes_ += group.prefixes.size() + group.hosts.size() - before + 1;  // a newline is two bytes in JSON
  }
  prefixes_ += item.prefixes.size();
  if (bytes_ >= stage_bytes) send();
  return std::nullopt;
}

/// Makes the group of the item the current one. The reason comes last in the key: it may hold any byte.
void ListSender::choose_group(const ListItem& item) {
  const bool is_alike = item.source == last_.source && item.action == last_.action && item.reason == last_.reason &&
                        item.since == last_.since && item.until == last_.until;
  if (is_alike && !groups_.empty()) return;
  last_ = {std::string(item.source), std::string(item.action), std::string(item.reason), item.since, item.until};

  const std::string_view source = overrides_.without_source ? "" : overrides_.source ? *overrides_.source : item.source;
  const std::string_view action = overrides_.action ? *overrides_.action : item.action;
  const std::string_view reason = overrides_.reason ? *overrides_.reason : item.reason;
  const std::optional<std::int64_t> until = overrides_.has_until ? overrides_.until : item.until;
  std::string key;
  key.append(source).append(1, '\0').append(action).append(1, '\0');
  if (item.since) key.append(std::to_string(*item.since));
  key.append(1, '\0');
  if (until) key.append(std::to_string(*until));
  key.append(1, '\0').append(reason);
  const auto [found, is_new] = group_of_.try_emplace(std::move(key), groups_.size());
  current_ = found->second;
  if (!is_new) return;
  json attributes = json::object();
  if (!source.empty()) attributes["source"] = source;
  if (!action.empty()) attributes["action"] = action;
  if (!reason.empty()) attributes["reason"] = reason;
  if (item.since) attributes["since"] = *item.since;
  if (until) attributes["until"] = *until;
  groups_.push_back({std::move(attributes), {}, {}});
  bytes_ += group_bytes + longest_escape * reason.size();
}

/// The daemon has the next request as soon as it is done with one, and works on it while another is being made.
void ListSender::send() {
  json::array_t groups;
  groups.reserve(groups_.size());
  for (Group& group : groups_) {
    group.attributes["prefixes"] = std::move(group.prefixes);
    if (!group.hosts.empty()) group.attributes["hosts"] = std::move(group.hosts);
    groups.push_back(std::move(group.attributes));
  }
  groups_.clear();
  group_of_.clear();
  bytes_ = 0;
  send_({{"groups", std::move(groups)}});
  await_answer();
  answer_is_due_ = true;
}

void ListSender::await_answer() {
  if (!std::exchange(answer_is_due_, false)) return;
  receive_();
}

void ListSender::finish() {
  if (!groups_.empty()) send();
  await_answer();
}

}  // namespace xdpfwd::ctl
