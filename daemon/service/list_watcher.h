// Has lists be read when their files change, when it is time, and when the config says so; on a thread of its own.
#pragma once

#include <boost/asio/thread_pool.hpp>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <string>

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
  /// Watches the directories of the lists that there are now. Called now and then, since a directory may come later, or
  /// another one may take its place.
  void watch();

 private:
  boost::asio::awaitable<void> follow_events();
  void read(const Lists::Reading& list);
  void drain();
  void watch(const std::filesystem::path& file, const std::filesystem::path& list);

  boost::asio::io_context& io_;
  Lists& lists_;
  Log& log_;
  Fd inotify_;
  boost::asio::posix::stream_descriptor events_;
  struct Watched {
    std::string file;            // its name in the directory
    std::filesystem::path list;  // the path that the config file has
    auto operator<=>(const Watched&) const = default;
  };
  std::map<int, std::set<Watched>> directories_;  // by watch
  bool reading_ = false;
  std::optional<boost::asio::thread_pool> thread_;  // once there is a list
};

}  // namespace xdpfwd
