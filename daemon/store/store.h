// Claims on disk: what was blocked at run time survives restart and reboot.
#pragma once

#include <deque>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/blocklist/blocklist.h"
#include "daemon/store/sqlite.h"

namespace xdpfwd {

/// A table of claims and one of interfaces that were attached by command, in DIRECTORY/claims.db. What the config file
/// says is not in it. Times are stored as Unix seconds.
class Store {
 public:
  /// Makes the directory (mode 0700) and the file where they are missing. Throws Error where the
  /// file cannot be used; it is left as it is, and the hint says what to do.
  explicit Store(const std::filesystem::path& directory);

  /// Every claim stored, those that have ended since among them.
  std::vector<Edit> load();

  /// Stores the changes durably, in one transaction with whatever is still pending, but for those of the config file.
  /// False where the disk would not take them: they are kept, in order, for the next save or retry.
  bool save(std::span<const Delta::ClaimChange> changes);
  bool retry() { return save({}); }
  /// Changes that are not on disk.
  std::size_t pending() const { return pending_.size(); }
  /// Why they are not.
  const std::optional<std::string>& failure() const { return failure_; }

  /// Interfaces attached by command, with their modes.
  std::map<std::string, std::string> interfaces();
  /// False where the disk would not take it; then failure() says why.
  bool save_interface(const std::string& name, const std::string& mode);
  bool remove_interface(const std::string& name);

  const std::filesystem::path& path() const { return path_; }

 private:
  void write(const Delta::ClaimChange& change);
  bool attempt(const std::function<void()>& writes);

  std::filesystem::path path_;
  Database database_;
  std::optional<Statement> put_;
  std::optional<Statement> remove_;
  std::deque<Delta::ClaimChange> pending_;
  std::optional<std::string> failure_;
};

}  // namespace xdpfwd
