#include "daemon/service/list_watcher.h"

#include <sys/inotify.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

#include "common/error.h"
#include "daemon/log/messages.h"

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
  const auto before = std::exchange(directories_, {});
  for (const ListStatus& list : lists_.status()) {
    const std::filesystem::path& path = list.config.path;
    watch(path, path);
    std::error_code failure;
    // What a link leads to may change where the link is not.
    const std::filesystem::path real = std::filesystem::canonical(path, failure);
    if (!failure && real != path) watch(real, path);
  }
  for (const auto& [watch, files] : before)
    if (!directories_.contains(watch)) inotify_rm_watch(inotify_.get(), watch);
  // What changed in a directory before it was watched has made no event.
  for (const auto& [watch, files] : directories_)
    if (!before.contains(watch))
      for (const Watched& watched : files) lists_.touch(watched.list);
}

void ListWatcher::watch(const std::filesystem::path& file, const std::filesystem::path& list) {
  const int watch = inotify_add_watch(inotify_.get(), file.parent_path().c_str(), events_of_interest | IN_ONLYDIR);
  if (watch >= 0) directories_[watch].insert({file.filename(), list});
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
      for (const auto& [watch, files] : directories_)
        for (const Watched& watched : files)
          if (lost || (watch == event.wd && watched.file == name)) lists_.touch(watched.list);
      if ((event.mask & IN_IGNORED) != 0) directories_.erase(event.wd);
      offset += sizeof event + event.len;
    }
  }
}

void ListWatcher::tick() {
  if (reading_) return;
  if (const std::optional<Lists::Reading> list = lists_.next_due()) read(*list);
}

void ListWatcher::read(const Lists::Reading& list) {
  if (!thread_) thread_.emplace(1);
  reading_ = true;
  asio::post(*thread_, [this, list, most = lists_.most_claims()] {
    auto contents = std::make_shared<ListContents>(read_list_file(list.config, most));
    asio::post(io_, [this, list, contents = std::move(contents)]() mutable {
      reading_ = false;
      try {
        lists_.finish(list, *contents);
      } catch (const std::exception& exception) {
        log_.error("list " + list.config.name + ": " + exception.what(), {id_of(Message::fault)});
      }
    });
  });
}

}  // namespace xdpfwd
