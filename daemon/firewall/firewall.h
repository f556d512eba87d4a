// One change's way: model, datapath, store, in the order that keeps the promises. Here the rooms meet that do not
// know each other.
#pragma once

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "daemon/blocklist/blocklist.h"
#include "daemon/config/config.h"
#include "daemon/datapath/datapath.h"
#include "daemon/log/log.h"
#include "daemon/store/store.h"

namespace xdpfwd {

class Firewall {
 public:
  /// Opens the store and looks at what is in force. Changes nothing. Throws Error.
  Firewall(std::filesystem::path config_file, Config config, Log& log);

  /// Builds the list from config and store, and puts it in force as a new generation. Throws Error: what was in force
  /// before then still is. It is an error when every interface that is there was refused.
  void start();
  /// The part of start() that nothing waits for.
  void settle();
  /// Takes the filter off every interface, and all pins with it.
  void remove() { datapath_.remove(); }

  /// Carries edits out everywhere. Throws Error: nothing was changed then, unless the code is not_durable.
  Delta change(std::vector<Edit> edits);
  /// Takes back what has ended. Costs next to nothing where nothing has, so it is called often.
  void expire();
  /// Attaches what is wanted, there and not filtered.
  void check_interfaces() { datapath_.check(); }
  /// Stores what could not be stored before.
  void retry_store();

  struct Reloaded {
    std::size_t added = 0;    // config claims that are new or have another action
    std::size_t removed = 0;  // and that are gone
    std::vector<std::string> notes;
  };
  /// Reads the config file again. Throws Error: everything is as it was then.
  Reloaded reload();

  /// Filters one more interface, and remembers it over restarts unless the config file names it. Throws Error, also
  /// where it is there but cannot be filtered; then it is not remembered.
  InterfaceStatus attach(const InterfaceSpec& spec);
  /// True where the config file names it, so that the next reload attaches it again. Throws Error
  /// (not_found) where it is not filtered.
  bool detach(const std::string& name);
  /// Whether the interface is there because of the config file.
  bool is_configured(const std::string& name) const;

  BootTime started() const { return started_; }
  const std::filesystem::path& config_file() const { return config_file_; }
  const Config& config() const { return config_; }
  const Blocklist& blocklist() const { return blocklist_; }
  const Datapath& datapath() const { return datapath_; }
  const Store& store() const { return store_; }

 private:
  void enforce(const Delta& delta);
  void apply(const Delta& delta);
  std::vector<Edit> config_edits(const Config& config, Reloaded* reloaded) const;
  void resize(const Config& next, std::vector<Edit> edits);
  void want_interfaces();
  void refuse_to_start_unattached();

  BootTime started_ = BootClock::now();
  std::filesystem::path config_file_;
  Config config_;
  Log& log_;
  Store store_;
  Blocklist blocklist_;
  Datapath datapath_;
  std::map<std::string, AttachMode> attached_by_command_;
  std::set<std::string> detached_by_command_;  // though configured; until the next reload
};

}  // namespace xdpfwd
