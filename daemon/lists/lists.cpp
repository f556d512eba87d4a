#include "daemon/lists/lists.h"

#include <algorithm>
#include <utility>

#include "common/error.h"
#include "daemon/log/messages.h"

namespace xdpfwd {
namespace {

using namespace std::chrono_literals;

/// Stored as the time when a list was read that was not yet.
constexpr WallTime never{};

/// Some write a list in several steps.
constexpr auto settling_time = 200ms;

/// Why so few entries cannot be right; nothing where they may be.
std::optional<std::string> too_few(const ListConfig& config, std::size_t before, std::size_t now) {
  if (now < config.min_entries)
    return now == 0
               ? "it is empty"
               : "it has " + std::to_string(now) + " entries, min_entries is " + std::to_string(config.min_entries);
  if (now < before && (before - now) * 100 > before * config.max_shrink)
    return "it has shrunk from " + std::to_string(before) + " to " + std::to_string(now) +
           " entries, by more than max_shrink, " + std::to_string(config.max_shrink) + " %";
  return std::nullopt;
}

std::string summary_of(const Difference& difference) {
  return "+" + std::to_string(difference.added) + " -" + std::to_string(difference.removed) + " =" +
         std::to_string(difference.kept + difference.changed);
}

}  // namespace

void Lists::configure(const std::string& forced) {
  if (!forced.empty() && !firewall_.is_list(forced))
    throw Error(Code::not_found, "reload: the config file names no list \"" + forced + "\"",
                "xdpfwctl status shows the lists");
  const auto stored = firewall_.store().lists();
  std::vector<ListStatus> next;
  for (const ListConfig& config : firewall_.config().lists) {
    const auto known = std::ranges::find(lists_, config.name, [](const ListStatus& list) { return list.config.name; });
    ListStatus list = known == lists_.end() ? ListStatus{} : std::move(*known);
    list.config = config;
    if (known == lists_.end()) {
      list.entries = firewall_.blocklist().claims_of(config.name).size();
      const auto read = stored.find(config.name);
      if (read == stored.end())
        firewall_.store().save_list(config.name, never);  // before its first claims, so that none is left over one day
      else if (read->second != never)
        list.read = read->second;
    }
    next.push_back(std::move(list));
  }
  lists_ = std::move(next);
  schedules_.assign(lists_.size(), {BootClock::now()});
  for (std::size_t index = 0; index < lists_.size(); ++index)
    schedules_[index].force = lists_[index].config.name == forced;
  drop_unnamed();
}

void Lists::drop_unnamed() {
  if (std::ranges::any_of(lists_, [](const ListStatus& list) { return !list.read; })) return;
  for (const auto& [name, read] : firewall_.store().lists()) {
    if (firewall_.is_list(name)) continue;
    std::vector<Edit> edits = firewall_.blocklist().claims_of(name);
    const std::size_t removed = edits.size();
    if (removed > 0) carry_out(std::move(edits));
    firewall_.store().remove_list(name);
    log_.info(
        "list " + name + " is no longer in the config file: " + std::to_string(removed) + " claims are taken back",
        {id_of(Message::list_removed), {"XDPFWD_SOURCE", name}, {"XDPFWD_REMOVED", std::to_string(removed)}});
  }
}

/// What is not on disk yet is tried again by the store, and told in its own place.
void Lists::carry_out(std::vector<Edit> edits) {
  try {
    firewall_.change(std::move(edits), {.around_protected = true});
  } catch (const Error& error) {
    if (error.code() != Code::not_durable) throw;
  }
}

void Lists::touch(const std::filesystem::path& file) {
  for (std::size_t index = 0; index < lists_.size(); ++index)
    if (lists_[index].config.path == file)
      schedules_[index].due = std::min(schedules_[index].due, BootClock::now() + settling_time);
}

std::optional<Lists::Reading> Lists::next_due() {
  const BootTime now = BootClock::now();
  const auto first = std::ranges::min_element(schedules_, {}, &Schedule::due);
  if (first == schedules_.end() || first->due > now) return std::nullopt;
  const ListConfig& config = lists_[static_cast<std::size_t>(first - schedules_.begin())].config;
  first->due = now + config.refresh;
  return Reading{config, std::exchange(first->force, false)};
}

std::size_t Lists::most_claims() const {
  const Capacity& capacity = firewall_.blocklist().capacity();
  return std::size_t{capacity.ipv4} + capacity.ipv6;
}

void Lists::finish(const Reading& reading, const ListContents& contents) {
  const ListConfig& config = reading.config;
  const auto found = std::ranges::find(lists_, config, &ListStatus::config);
  if (found == lists_.end()) return;  // a reload has changed or removed it meanwhile
  const std::string before = found->error;
  try {
    replace(*found, contents, reading.force);
    found->error.clear();
    drop_unnamed();
  } catch (const Error& error) {
    found->error = error.what();
  }
  if (!found->error.empty() && found->error != before)
    log_.warning("list " + config.name + ": " + found->error + "; what it held before stays in force",
                 {id_of(Message::list_stale), {"XDPFWD_SOURCE", config.name}});
  if (found->error.empty() && !before.empty())
    log_.info("list " + config.name + " is good again", {id_of(Message::list_good), {"XDPFWD_SOURCE", config.name}});
}

/// Throws Error where what was read is not taken over.
void Lists::replace(ListStatus& list, const ListContents& contents, bool force) {
  const ListConfig& config = list.config;
  if (contents.error) throw Error(Code::refused, *contents.error);
  Firewall::Comparison comparison = firewall_.compare(contents.claims, SharedText(config.name));
  const Difference& difference = comparison.difference;
  const std::size_t before = difference.kept + difference.changed + difference.removed;
  if (const auto reason = force ? std::nullopt : too_few(config, before, contents.claims.size()))
    throw Error(Code::refused, *reason + "; to take it over all the same: xdpfwctl reload --force-list " + config.name);
  if (!difference.edits.empty()) {
    carry_out(std::move(comparison.difference.edits));
    log_.info("list " + config.name + ": " + summary_of(difference),
              {id_of(Message::list_taken),
               {"XDPFWD_SOURCE", config.name},
               {"XDPFWD_ADDED", std::to_string(difference.added)},
               {"XDPFWD_REMOVED", std::to_string(difference.removed)}});
  }
  if (comparison.passed != list.passed && !comparison.passed.empty())
    log_.warning(
        "list " + config.name + " would drop " + to_string(comparison.passed.front().prefix) + " (" +
            comparison.passed.front().reason + ")" +
            (comparison.passed.size() > 1 ? " and " + std::to_string(comparison.passed.size() - 1) + " more" : "") +
            ", which is protected and passes",
        {id_of(Message::list_protected), {"XDPFWD_SOURCE", config.name}});
  list.entries = contents.claims.size();
  list.bad_lines = contents.summary.bad;
  list.passed = std::move(comparison.passed);
  list.read = ClockPair::now().wall;
  firewall_.store().save_list(config.name, *list.read);
}

}  // namespace xdpfwd
