#include "daemon/service/list_watcher.h"

#include <sys/inotify.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <set>

#include "common/error.h"

namespace xdpfwd {
namespace {

namespace asio = boost::asio;

// A file that is written, or that another takes the place of. The directory is watched, since a watch on the file
// would go with it when it is replaced.
constexpr std::uint32_t events_of_interest = IN_CLOSE_WRITE | IN_MOVED_TO | IN_CREATE | IN_DELETE | IN_MOVED_FROM;

Fd open_inotify() {
  Fd fd(inotify_init1(IN_NONBLOCK | IN_CLOEXEC));
  if (!fd) throw system_error("watch files", errno);
  return fd;
}

}  // namespace

ListWatcher::ListWatcher(asio::io_context& io, Lists& lists, Log& log)
    : io_(io), lists_(lists), log_(log), inotify_(open_inotify()), events_(io, inotify_.get()) {
  asio::co_spawn(io, follow_events(), asio::detached);
}

ListWatcher::~ListWatcher() {
  events_.release();
  if (thread_) thread_->join();
}

void ListWatcher::watch() {
  std::set<std::filesystem::path> wanted;
  for (const ListStatus& list : lists_.status()) wanted.insert(list.config.path.parent_path());
  std::erase_if(directories_, [&](const auto& watched) {
    if (wanted.contains(watched.second)) return false;
    inotify_rm_watch(inotify_.get(), watched.first);
    return true;
  });
  // Again each time: a directory may have come, or another may have taken its place. The same one keeps its watch.
  for (const std::filesystem::path& directory : wanted)
    if (const int watch = inotify_add_watch(inotify_.get(), directory.c_str(), events_of_interest | IN_ONLYDIR);
        watch >= 0)
      directories_[watch] = directory;
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
      const auto directory = directories_.find(event.wd);
      if (event.len > 0 && directory != directories_.end())
        lists_.touch(directory->second / (buffer.data() + offset + sizeof event));
      if ((event.mask & IN_IGNORED) != 0 && directory != directories_.end()) directories_.erase(directory);
      offset += sizeof event + event.len;
    }
  }
}

void ListWatcher::tick() {
  if (reading_) return;
  if (const std::optional<ListConfig> list = lists_.next_due()) {
    watch();
    read(*list);
  }
}

void ListWatcher::read(const ListConfig& list) {
  reading_ = true;
  if (!thread_) thread_.emplace(1);
  asio::post(*thread_, [this, list, most = lists_.most_claims()] {
    auto contents = std::make_shared<ListContents>(read_list_file(list, most));
    asio::post(io_, [this, list, contents = std::move(contents)]() mutable {
      reading_ = false;
      try {
        lists_.finish(list, *contents);
      } catch (const std::exception& exception) {
        log_.error("list " + list.name + ": " + exception.what());
      }
    });
  });
}

}  // namespace xdpfwd
