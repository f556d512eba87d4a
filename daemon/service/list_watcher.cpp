#include "daemon/service/list_watcher.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/inotify.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

#include "common/error.h"
#include "daemon/log/messages.h"

namespace xdpfwd {
namespace {

namespace asio = boost::asio;
using namespace std::chrono_literals;

// A file that is written, or that another takes the place of. The directory is watched, since a watch on the file
// would go with it when it is replaced.
constexpr std::uint32_t events_of_interest = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_MOVED_FROM;

// So many are read at once, beside those that take too long.
constexpr std::size_t most_readers = 4;
constexpr auto time_to_read = 5s;

Fd open_inotify() {
  Fd fd(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!fd) throw system_error("watch files", errno);
  return fd;
}

/// Opens what the kernel knows of already. Where it would have to ask a disk for it, that is EAGAIN.
Fd open_known(const std::filesystem::path& path) {
  open_how how{};
  how.flags = O_PATH | O_CLOEXEC;
  how.resolve = RESOLVE_CACHED;
  return Fd(static_cast<int>(syscall(SYS_openat2, AT_FDCWD, path.c_str(), &how, sizeof how)));
}

std::filesystem::path path_of(const Fd& file) { return "/proc/self/fd/" + std::to_string(file.get()); }

}  // namespace

ListWatcher::ListWatcher(asio::io_context& io, Lists& lists, Log& log)
    : io_(io), lists_(lists), log_(log), inotify_(open_inotify()), events_(io, inotify_.get()) {
  asio::co_spawn(io, follow_events(), asio::detached);
}

/// Waits for no disk: a process that reads from one ends by itself, once it finds that nobody listens.
ListWatcher::~ListWatcher() {
  events_.release();
  for (Reader& reader : readers_) {
    shutdown(reader.sender.socket.get(), SHUT_RDWR);
    if (reader.thread.joinable()) reader.thread.join();
  }
}

/// The file itself, and what it leads to where that is known and another one. Nothing where only the disk knows.
std::optional<std::vector<ListWatcher::Place>> ListWatcher::places_of(const std::filesystem::path& list) {
  std::vector<Place> places{{list, {}}};
  std::error_code failure;
  if (const Fd file = open_known(list)) {
    const std::filesystem::path real = std::filesystem::read_symlink(path_of(file), failure);
    if (!failure && real != list) places.push_back({real, {}});
  }
  for (Place& place : places) {
    const Fd directory = open_known(place.file.parent_path());
    struct statx state {};
    if (!directory && errno == EAGAIN) return std::nullopt;
    if (directory && statx(directory.get(), "", AT_EMPTY_PATH | AT_STATX_DONT_SYNC, STATX_INO, &state) == 0)
      place.directory = {std::uint64_t{state.stx_dev_major} << 32 | state.stx_dev_minor, state.stx_ino};
  }
  return places;
}

void ListWatcher::look() {
  const auto is_in_use = [&](const std::filesystem::path& path) {
    return std::ranges::any_of(lists_.status(), [&](const ListStatus& list) { return list.config.path == path; });
  };
  for (auto item = watched_.begin(); item != watched_.end();) {
    if (!is_in_use(item->first)) {
      const Names names = std::move(item->second.names);
      item = watched_.erase(item);
      forget(names);
      continue;
    }
    // Where the kernel has forgotten the place, as it has a link that is new, whoever reads the list has it look there.
    Watched& watched = item->second;
    const auto places = places_of(item->first);
    const bool was_known = std::exchange(watched.is_known, places.has_value());
    if (places ? *places != watched.places : was_known) lists_.touch(item->first);
    ++item;
  }
}

/// Right after the list was read, so that its disk is known to answer.
void ListWatcher::watch(const std::filesystem::path& list) {
  auto places = places_of(list);
  Watched& watched = watched_[list];
  watched.is_known = places.has_value();
  if (!places || *places == watched.places) return;
  const Names before = std::exchange(watched, {std::move(*places), {}, true}).names;
  for (const Place& place : watched.places) {
    const Fd directory = open_known(place.file.parent_path());
    if (!directory) continue;
    const int watch = inotify_add_watch(inotify_.get(), path_of(directory).c_str(), events_of_interest | IN_ONLYDIR);
    if (watch >= 0) watched.names.emplace(watch, place.file.filename());
  }
  forget(before);
  // What changed in a directory before it was watched has made no event.
  lists_.touch(list);
}

/// Ends the watches among these that no list needs.
void ListWatcher::forget(const Names& names) {
  for (const auto& [watch, name] : names) {
    const auto has_it = [watch = watch](const auto& item) {
      return std::ranges::any_of(item.second.names, [&](const auto& other) { return other.first == watch; });
    };
    if (std::ranges::none_of(watched_, has_it)) inotify_rm_watch(inotify_.get(), watch);
  }
}

asio::awaitable<void> ListWatcher::follow_events() {
  for (;;) {
    co_await events_.async_wait(asio::posix::stream_descriptor::wait_read, asio::use_awaitable);
    drain();
  }
}

void ListWatcher::drain() {
  alignas(inotify_event) std::array<char, 16384> buffer{};
  for (;;) {
    const ssize_t size = ::read(inotify_.get(), buffer.data(), buffer.size());
    if (size <= 0) return;
    for (std::size_t offset = 0; offset < static_cast<std::size_t>(size);) {
      inotify_event event{};
      std::memcpy(&event, buffer.data() + offset, sizeof event);
      const std::string name = event.len > 0 ? buffer.data() + offset + sizeof event : "";
      const bool lost = (event.mask & IN_Q_OVERFLOW) != 0;
      for (const auto& [list, watched] : watched_)
        if (lost || watched.names.contains({event.wd, name})) lists_.touch(list);
      offset += sizeof event + event.len;
    }
  }
}

void ListWatcher::tick() {
  const BootTime now = BootClock::now();
  std::size_t busy = 0;
  for (auto item = readers_.begin(); item != readers_.end();) {
    Reader& reader = *item;
    if (!reader.thread.joinable() && waitpid(reader.sender.process, nullptr, WNOHANG) != 0) {
      item = readers_.erase(item);
      continue;
    }
    const bool is_slow = now - reader.begun > time_to_read;
    if (is_slow && reader.thread.joinable()) lists_.tell_slow(reader.reading);
    if (!is_slow) ++busy;
    ++item;
  }
  for (; busy < most_readers; ++busy) {
    const std::optional<Lists::Reading> due =
        lists_.next_due([this](const ListConfig& list) { return is_being_read(list); });
    if (!due) return;
    begin(*due);
  }
}

bool ListWatcher::is_being_read(const ListConfig& list) const {
  return std::ranges::any_of(readers_, [&](const Reader& reader) {
    return reader.reading.config.name == list.name && reader.reading.config.path == list.path;
  });
}

void ListWatcher::begin(const Lists::Reading& reading) try {
  Reader& reader = readers_.emplace_back(Reader{reading, start_file_sender(reading.config.path)});
  try {
    reader.thread = std::thread([this, &reader, most = lists_.most_claims()] {
      auto contents =
          std::make_shared<ListContents>(read_list_file(reader.sender.socket.get(), reader.reading.config, most));
      asio::post(io_, [this, &reader, contents = std::move(contents)] { finish(reader, *contents); });
    });
  } catch (...) {
    reader.sender.socket = {};
    throw;
  }
} catch (const std::exception& exception) {
  ListContents contents;
  contents.error = exception.what();
  lists_.finish(reading, contents);
}

void ListWatcher::finish(Reader& reader, const ListContents& contents) {
  reader.thread.join();
  reader.sender.socket = {};
  try {
    lists_.finish(reader.reading, contents);
    watch(reader.reading.config.path);
  } catch (const std::exception& exception) {
    log_.error("list " + reader.reading.config.name + ": " + exception.what(), {id_of(Message::fault)});
  }
}

}  // namespace xdpfwd
