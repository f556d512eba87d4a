#include "daemon/lists/list_file.h"

#include <algorithm>
#include <utility>

#include "common/error.h"
#include "daemon/lists/file_stream.h"

namespace xdpfwd {
namespace {

/// How long nobody must write to the file until it can be read; nothing where that was long ago, or the file has a time
/// of another clock.
std::optional<std::chrono::nanoseconds> too_fresh(const struct stat& state) {
  using namespace std::chrono;
  const nanoseconds written = seconds(state.st_mtim.tv_sec) + nanoseconds(state.st_mtim.tv_nsec);
  const nanoseconds age = system_clock::now().time_since_epoch() - written;
  if (abs(age) >= time_to_settle) return std::nullopt;
  return time_to_settle - age;
}

/// Counts good items among the bad ones.
void reject(ListSummary& summary, const std::vector<BadLine>& first, std::uint64_t count) {
  summary.items -= count;
  summary.bad += count;
  summary.bad_lines.insert(summary.bad_lines.end(), first.begin(), first.end());
  std::ranges::stable_sort(summary.bad_lines, {}, &BadLine::line);
  if (summary.bad_lines.size() > ListSummary::most_bad_lines) summary.bad_lines.resize(ListSummary::most_bad_lines);
}

void read_into(ListContents& contents, int socket, const ListConfig& list, std::size_t most) {
  FileStream file(socket);
  contents.modified = WallTime(std::chrono::seconds(file.state().st_mtim.tv_sec));
  contents.too_fresh = too_fresh(file.state());
  if (contents.too_fresh) return;
  const SharedText source(list.name);
  const ClockPair clocks = ClockPair::now();
  const WallTime since = clocks.wall;
  const std::int64_t now = since.time_since_epoch().count();
  std::uint64_t others = 0;
  std::vector<BadLine> first_others;
  contents.summary = read_list(
      [&](std::span<char> buffer) { return file.read(buffer); }, list.format,
      std::min<std::int64_t>(file.state().st_mtim.tv_sec, now),  // a time to live began when the file was written
      [&](const ListItem& item) {
        // What another list allows must not be dropped by this one.
        if (!item.action.empty() && item.action != to_string(list.action)) {
          if (++others <= ListSummary::most_bad_lines)
            first_others.push_back({item.line, "its action is " + std::string(item.action) + ", and the list's is " +
                                                   std::string(to_string(list.action))});
          return;
        }
        if (item.until && *item.until <= now) return;
        Claim claim{.source = source, .action = list.action, .reason = item.reason, .since = since, .until = {}};
        if (item.until) claim.until = clocks.to_boot_time(WallTime(std::chrono::seconds(*item.until)));
        const ClaimSet::Origin origin = contents.claims.origin(claim);
        for (const Prefix& prefix : item.prefixes) contents.claims.add(prefix, origin);
        if (contents.claims.size() > most)
          throw Error(Code::capacity,
                      "it has more than " + std::to_string(most) + " entries, which is past the capacity");
      });
  reject(contents.summary, first_others, others);
  contents.claims.finish();
  if (file.was_written()) contents.error = "it was written while it was read";
}

}  // namespace

ListContents read_list_file(int socket, const ListConfig& list, std::size_t most) noexcept {
  ListContents contents;
  try {
    read_into(contents, socket, list, most);
  } catch (const Error& error) {
    contents.error = with_hint(error);
  } catch (const std::exception& exception) {
    contents.error = exception.what();
  }
  return contents;
}

}  // namespace xdpfwd
