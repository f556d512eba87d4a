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

void read_into(ListContents& contents, int socket, const ListConfig& list, std::size_t most) {
  FileStream file(socket);
  contents.modified = WallTime(std::chrono::seconds(file.state().st_mtim.tv_sec));
  contents.too_fresh = too_fresh(file.state());
  if (contents.too_fresh) return;
  const SharedText source(list.name);
  const ClockPair clocks = ClockPair::now();
  const WallTime since = clocks.wall;
  const std::int64_t now = since.time_since_epoch().count();
  contents.summary = read_list(
      [&](std::span<char> buffer) { return file.read(buffer); }, list.format,
      std::min<std::int64_t>(file.state().st_mtim.tv_sec, now),  // a time to live began when the file was written
      [&](const ListItem& item) -> std::optional<std::string> {
        // What another list allows must not be dropped by this one.
        if (!item.action.empty() && item.action != to_string(list.action))
          return "its action is " + std::string(item.action) + ", and the list's is " +
                 std::string(to_string(list.action));
        if (item.until && *item.until <= now) return std::nullopt;
        Claim claim{.source = source, .action = list.action, .reason = item.reason, .since = since, .until = {}};
        if (item.until) claim.until = clocks.to_boot_time(WallTime(std::chrono::seconds(*item.until)));
        const ClaimSet::Origin origin = contents.claims.origin(claim);
        for (const Prefix& prefix : item.prefixes) contents.claims.add(prefix, origin);
        if (contents.claims.size() > most)
          throw Error(Code::capacity,
                      "it has more than " + std::to_string(most) + " entries, which is past the capacity");
        return std::nullopt;
      });
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
