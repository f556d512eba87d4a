// Has lists be read when their files change, when it is time, and when the config says so. Each is read by a process
// and a thread of its own, and nothing here asks a disk for anything on the daemon's own thread: one that hangs keeps
// its list from being read, and nothing else.
#pragma once

#include <chrono>
#include <filesystem>
#include <list>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "daemon/datapath/fd.h"
#include "daemon/lists/file_stream.h"
#include "daemon/lists/lists.h"
#include "daemon/sockets/asio.h"

namespace xdpfwd {

class ListWatcher {
 public:
  ListWatcher(boost::asio::io_context& io, Lists& lists, Log& log);
  ~ListWatcher();

  /// Begins to read what is due, and tells of what takes too long. Called often.
  void tick();
  /// Has those lists be read whose directory has come, or whose directory another one has taken the place of. Called
  /// now and then.
  void look();

 private:
  using Identity = std::pair<std::uint64_t, std::uint64_t>;  // device and inode
  struct Place {
    std::filesystem::path file;
    std::optional<Identity> directory;  // that it is in, if that is there
    bool operator==(const Place&) const = default;
  };
  using Names = std::set<std::pair<int, std::string>>;  // a watch, and the file's name in that directory
  struct Watched {
    std::vector<Place> places;
    Names names;
    bool is_known = false;  // to the kernel, without a look at the disk
  };
  /// There is one until its process has ended, which it does only when the disk answers. A list that has got another
  /// file meanwhile is read by a further one.
  struct Reader {
    Lists::Reading reading;
    FileSender sender;
    BootTime begun = BootClock::now();
    std::thread thread = {};  // while it reads
  };

  static std::optional<std::vector<Place>> places_of(const std::filesystem::path& list);
  void watch(const std::filesystem::path& list);
  void forget(const Names& names);
  boost::asio::awaitable<void> follow_events();
  void drain();
  bool is_being_read(const ListConfig& list) const;
  void begin(const Lists::Reading& reading);
  void finish(Reader& reader, const ListContents& contents);

  boost::asio::io_context& io_;
  Lists& lists_;
  Log& log_;
  Fd inotify_;
  boost::asio::posix::stream_descriptor events_;
  std::map<std::filesystem::path, Watched> watched_;  // by the path that the config file has
  std::list<Reader> readers_;
};

}  // namespace xdpfwd
