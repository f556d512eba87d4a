// What the daemon tells: to the journal with structured fields, or to standard error when it is run
// by hand.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace spdlog {
class logger;
}

namespace xdpfwd {

enum class Level : unsigned char { debug, info, warning, error };

/// A journal field, as XDPFWD_PREFIX; the name is upper case.
struct Field {
  std::string_view name;
  std::string value;
};
using Fields = std::vector<Field>;

class JournalSink;

class Log {
 public:
  /// Writes to the journal where standard error is connected to it (JOURNAL_STREAM), else to
  /// standard error, in colour on a terminal.
  Log();
  ~Log();

  void set_level(Level least);
  bool is_journal() const { return journal_ != nullptr; }
  /// Control characters in the message are escaped, wherever they come from.
  void write(Level level, std::string_view message, const Fields& fields = {});

  /// Sends what the journal did not take before, and tells of what is missing there. True where nothing is left.
  bool flush();

  void debug(std::string_view message, const Fields& fields = {}) { write(Level::debug, message, fields); }
  void info(std::string_view message, const Fields& fields = {}) { write(Level::info, message, fields); }
  void warning(std::string_view message, const Fields& fields = {}) { write(Level::warning, message, fields); }
  void error(std::string_view message, const Fields& fields = {}) { write(Level::error, message, fields); }

 private:
  std::shared_ptr<JournalSink> journal_;  // null on standard error
  std::shared_ptr<spdlog::logger> logger_;
};

}  // namespace xdpfwd
