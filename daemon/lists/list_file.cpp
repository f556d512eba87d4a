#include "daemon/lists/list_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "common/error.h"
#include "daemon/datapath/fd.h"

namespace xdpfwd {
namespace {

/// Does not wait for the other end of a FIFO, and takes nothing but files.
Fd open_file(const std::filesystem::path& path, struct stat& state) {
  Fd file(open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (!file || fstat(file.get(), &state) != 0) throw system_error("read " + path.string(), errno);
  if (!S_ISREG(state.st_mode)) throw Error(Code::invalid, "read " + path.string() + ": it is no regular file");
  return file;
}

std::size_t read_some(int file, std::span<char> buffer, const std::filesystem::path& path) {
  for (;;) {
    const ssize_t size = read(file, buffer.data(), buffer.size());
    if (size >= 0) return static_cast<std::size_t>(size);
    if (errno != EINTR) throw system_error("read " + path.string(), errno);
  }
}

bool is_same(const struct stat& before, const struct stat& after) {
  return before.st_size == after.st_size && before.st_mtim.tv_sec == after.st_mtim.tv_sec &&
         before.st_mtim.tv_nsec == after.st_mtim.tv_nsec;
}

/// Counts good items among the bad ones.
void reject(ListSummary& summary, const std::vector<BadLine>& first, std::uint64_t count) {
  summary.items -= count;
  summary.bad += count;
  summary.bad_lines.insert(summary.bad_lines.end(), first.begin(), first.end());
  std::ranges::stable_sort(summary.bad_lines, {}, &BadLine::line);
  if (summary.bad_lines.size() > ListSummary::most_bad_lines) summary.bad_lines.resize(ListSummary::most_bad_lines);
}

void read_into(ListContents& contents, const ListConfig& list, std::size_t most) {
  struct stat before {};
  const Fd file = open_file(list.path, before);
  const SharedText source(list.name);
  const ClockPair clocks = ClockPair::now();
  const WallTime since = clocks.wall;
  const std::int64_t now = since.time_since_epoch().count();
  std::uint64_t others = 0;
  std::vector<BadLine> first_others;
  contents.summary = read_list(
      [&](std::span<char> buffer) { return read_some(file.get(), buffer, list.path); }, list.format,
      std::min<std::int64_t>(before.st_mtim.tv_sec, now),  // a time to live began when the file was written
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
  struct stat after {};
  if (fstat(file.get(), &after) != 0) throw system_error("read " + list.path.string(), errno);
  contents.error =
      is_same(before, after) ? doubt(contents.summary) : std::optional<std::string>("it was written while it was read");
}

}  // namespace

ListContents read_list_file(const ListConfig& list, std::size_t most) noexcept {
  ListContents contents;
  try {
    read_into(contents, list, most);
  } catch (const Error& error) {
    contents.error = error.what() + (error.hint().empty() ? "" : "; " + error.hint());
  } catch (const std::exception& exception) {
    contents.error = exception.what();
  }
  return contents;
}

}  // namespace xdpfwd
