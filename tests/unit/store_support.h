// A store in a directory of its own, and a disk that takes nothing more.
#pragma once

#include <sqlite3.h>
#include <sys/resource.h>

#include <csignal>
#include <filesystem>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

#include "daemon/store/store.h"
#include "tests/unit/blocklist_support.h"

namespace xdpfwd::test {

/// While it lives, no write that makes a file longer succeeds: a full disk that needs neither root nor a mount.
class FullDisk {
 public:
  FullDisk() : handler_(std::signal(SIGXFSZ, SIG_IGN)) {
    getrlimit(RLIMIT_FSIZE, &before_);
    rlimit none = before_;
    none.rlim_cur = 0;
    if (setrlimit(RLIMIT_FSIZE, &none) != 0) throw std::runtime_error("cannot limit the size of files");
  }
  ~FullDisk() {
    setrlimit(RLIMIT_FSIZE, &before_);
    std::signal(SIGXFSZ, handler_);
  }
  FullDisk(const FullDisk&) = delete;
  FullDisk& operator=(const FullDisk&) = delete;

 private:
  rlimit before_{};
  void (*handler_)(int);
};

/// Runs SQL on a database file behind the store's back.
inline void run_sql(const std::filesystem::path& file, const std::string& sql) {
  sqlite3* opened = nullptr;
  const int result = sqlite3_open(file.c_str(), &opened);
  const std::unique_ptr<sqlite3, decltype(&sqlite3_close)> database(opened, &sqlite3_close);
  if (result != SQLITE_OK || sqlite3_exec(opened, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK)
    throw std::runtime_error(sqlite3_errmsg(opened));
}

/// The model and the store as the daemon has them: what changes in one is saved in the other.
struct StoredBlocklist {
  Blocklist blocklist{Capacity{}};
  Store& store;

  bool change(std::vector<Edit> edits) { return store.save(blocklist.change(std::move(edits)).claims); }
};

inline std::vector<Edit> edits_in(Store& store) {
  std::vector<Edit> all;
  store.load([&](std::vector<Edit> edits) { all.insert(all.end(), edits.begin(), edits.end()); });
  return all;
}

/// What the store holds, as the model would have it.
inline Claims claims_in(Store& store) {
  Claims claims;
  for (const Edit& edit : edits_in(store)) {
    claims[edit.prefix].erase(edit.source.str());
    if (edit.claim && edit.claim->source != edit.source) throw std::logic_error("an edit is of another source");
    if (edit.claim) claims[edit.prefix].emplace(edit.source.str(), *edit.claim);
    if (claims[edit.prefix].empty()) claims.erase(edit.prefix);
  }
  return claims;
}

}  // namespace xdpfwd::test
