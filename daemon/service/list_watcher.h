// Has lists be read when their files change, when it is time, and when the config says so; on a thread of its own.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <map>
#include <optional>

#include "daemon/control/asio.h"
#include "daemon/datapath/fd.h"
#include "daemon/lists/lists.h"

namespace xdpfwd {

class ListWatcher {
 public:
  ListWatcher(boost::asio::io_context& io, Lists& lists, Log& log);
  ~ListWatcher();

  /// Begins to read what is due, unless something is being read. Called often.
  void tick();
  /// Watches the directories of the lists that there are now.
  void watch();

 private:
  boost::asio::awaitable<void> follow_events();
  void read(const ListConfig& list);
  void drain();

  boost::asio::io_context& io_;
  Lists& lists_;
  Log& log_;
  Fd inotify_;
  boost::asio::posix::stream_descriptor events_;
  std::map<int, std::filesystem::path> directories_;  // by watch
  bool reading_ = false;
  std::optional<boost::asio::thread_pool> thread_;  // once there is a list
};

}  // namespace xdpfwd
