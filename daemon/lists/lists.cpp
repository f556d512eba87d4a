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

/// For the rest of the events that come with this one.
constexpr auto settling_time = 200ms;

/// When somebody should be told that a file never gets read.
constexpr auto longest_wait_for_writer = 1min;

/// Why what was read cannot be right; nothing where it may be.
std::optional<std::string> suspicion(const ListConfig& config, const ListContents& contents, std::size_t before) {
  if (auto reason = doubt(contents.summary)) return reason;
  const std::size_t now = contents.claims.size();
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

void Lists::check(const Config& next, const std::string& forced) {
  if (!forced.empty() && std::ranges::find(next.lists, forced, &ListConfig::name) == next.lists.end())
    throw Error(Code::not_found, "reload: the config file names no list \"" + forced + "\"; nothing was changed",
                "xdpfwctl status shows the lists");
}

void Lists::configure(const std::string& forced) {
  std::map<std::string, WallTime> stored = stored_lists();
  for (const std::string& name : gone_) stored.erase(name);
  for (const auto& [name, read] : stored) leaving_.insert(name);
  std::vector<ListStatus> next;
  for (const ListConfig& config : firewall_.config().lists) {
    const auto known = std::ranges::find(lists_, config.name, [](const ListStatus& list) { return list.config.name; });
    ListStatus list = known == lists_.end() ? ListStatus{} : std::move(*known);
    if (list.config.path != config.path) {  // what is told of it is of another file
      list.error.clear();
      list.modified.reset();
      list.is_taken_over = false;
    }
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
  for (const ListStatus& list : lists_) {
    leaving_.erase(list.config.name);
    gone_.erase(list.config.name);
  }
  schedules_.assign(lists_.size(), {BootClock::now()});
  for (std::size_t index = 0; index < lists_.size(); ++index)
    schedules_[index].force = lists_[index].config.name == forced;
  drop_unnamed();
}

/// As far as they can be read: without, the lists count as not read yet, which they will be.
std::map<std::string, WallTime> Lists::stored_lists() try {
  return firewall_.store().lists();
} catch (const Error& error) {
  log_.error(error.what());
  return {};
}

/// What cannot be done now is tried again whenever a list was read.
void Lists::drop_unnamed() try {
  if (!std::ranges::all_of(schedules_, &Schedule::settled)) return;
  while (!leaving_.empty()) {
    take_back(*leaving_.begin());
    gone_.insert(leaving_.extract(leaving_.begin()));
  }
  tend();
} catch (const Error& error) {
  log_.error(std::string("lists that are no longer in the config file: ") + error.what());
}

void Lists::take_back(const std::string& name) {
  std::vector<Edit> edits = firewall_.blocklist().claims_of(name);
  const std::size_t removed = edits.size();
  if (removed > 0) carry_out(std::move(edits));
  log_.info("list " + name + " is no longer in the config file: " + std::to_string(removed) + " claims are taken back",
            {id_of(Message::list_removed), {"XDPFWD_SOURCE", name}, {"XDPFWD_REMOVED", std::to_string(removed)}});
}

void Lists::adopt(const std::function<bool(std::string_view)>& claims_as) {
  for (auto name = leaving_.begin(); name != leaving_.end();) {
    const auto next = std::next(name);
    if (claims_as(*name)) {
      log_.info("list " + *name + " is no longer in the config file, and somebody claims as " + *name +
                    " now: its claims stay, as his",
                {id_of(Message::list_removed), {"XDPFWD_SOURCE", *name}, {"XDPFWD_REMOVED", "0"}});
      gone_.insert(leaving_.extract(name));
    }
    name = next;
  }
  tend();
}

/// Not before all is on disk: a start in between would find claims of a list that nobody knows of, or take back what
/// somebody else has claimed since.
void Lists::tend() {
  if (firewall_.store().pending() > 0) return;
  std::erase_if(gone_, [this](const std::string& name) { return firewall_.store().remove_list(name); });
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

std::optional<Lists::Reading> Lists::next_due(const std::function<bool(const ListConfig&)>& is_being_read) {
  const BootTime now = BootClock::now();
  const ListStatus* first = nullptr;
  for (const ListStatus& list : lists_) {
    const BootTime due = schedule_of(list).due;
    if (due > now || is_being_read(list.config)) continue;
    if (first == nullptr || due < schedule_of(*first).due) first = &list;
  }
  if (first == nullptr) return std::nullopt;
  Schedule& schedule = schedule_of(*first);
  schedule.due = now + first->config.refresh;
  return Reading{first->config, std::exchange(schedule.force, false)};
}

std::size_t Lists::most_claims() const {
  const Capacity& capacity = firewall_.blocklist().capacity();
  return std::size_t{capacity.ipv4} + capacity.ipv6;
}

/// Nothing where a reload has changed or removed it.
ListStatus* Lists::find(const ListConfig& config) {
  const auto found = std::ranges::find(lists_, config, &ListStatus::config);
  return found == lists_.end() ? nullptr : &*found;
}

void Lists::finish(const Reading& reading, const ListContents& contents) {
  ListStatus* list = find(reading.config);
  if (list == nullptr) return;
  list->modified = contents.modified;
  if (contents.too_fresh) return wait_for_writer(*list, reading, *contents.too_fresh);
  schedule_of(*list).fresh_since.reset();
  try {
    replace(*list, contents, reading.force);
    list->is_taken_over = true;
    tell(*list, {});
  } catch (const Error& error) {
    tell(*list, error.what());
  }
  schedule_of(*list).settled |= list->is_taken_over;
  drop_unnamed();
}

/// Also where a reload has changed how else it is to be read meanwhile: its file is the one that is being read.
void Lists::tell_slow(const Reading& reading) {
  const auto list = std::ranges::find_if(lists_, [&](const ListStatus& one) {
    return one.config.name == reading.config.name && one.config.path == reading.config.path;
  });
  if (list != lists_.end())
    tell(*list,
         "reading it takes unusually long, as it does when its disk does not answer; it is still being waited for");
}

void Lists::wait_for_writer(ListStatus& list, const Reading& reading, std::chrono::nanoseconds time) {
  const BootTime now = BootClock::now();
  Schedule& schedule = schedule_of(list);
  schedule.due = std::min(schedule.due, now + time);
  schedule.force |= reading.force;
  if (!schedule.fresh_since) schedule.fresh_since = now;
  if (now - *schedule.fresh_since >= longest_wait_for_writer)
    tell(list, "somebody writes to it all the time; whoever does should write another file and move it into its place");
}

/// Why what was found is not in force; empty where it is. In the journal when it changes.
void Lists::tell(ListStatus& list, std::string error) {
  const std::string before = std::exchange(list.error, std::move(error));
  const std::string& name = list.config.name;
  if (!list.error.empty() && list.error != before)
    log_.warning("list " + name + ": " + list.error + "; what it held before stays in force",
                 {id_of(Message::list_stale), {"XDPFWD_SOURCE", name}});
  if (list.error.empty() && !before.empty())
    log_.info("list " + name + " is good again", {id_of(Message::list_good), {"XDPFWD_SOURCE", name}});
}

/// Throws Error where what was read is not taken over.
void Lists::replace(ListStatus& list, const ListContents& contents, bool force) {
  const ListConfig& config = list.config;
  if (contents.error) throw Error(Code::refused, *contents.error);
  Firewall::Comparison comparison = firewall_.compare(contents.claims, SharedText(config.name));
  const Difference& difference = comparison.difference;
  const std::size_t before = difference.kept + difference.changed + difference.removed;
  if (const auto reason = force ? std::nullopt : suspicion(config, contents, before))
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
