#include "daemon/log/journal_sink.h"

#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

namespace xdpfwd {
namespace {

int priority_of(spdlog::level::level_enum level) {
  switch (level) {
    case spdlog::level::trace:
    case spdlog::level::debug:
      return LOG_DEBUG;
    case spdlog::level::info:
      return LOG_INFO;
    case spdlog::level::warn:
      return LOG_WARNING;
    default:
      return LOG_ERR;
  }
}

}  // namespace

bool JournalSink::is_usable() {
  const char* stream = std::getenv("JOURNAL_STREAM");
  struct stat error_stream {};
  if (stream == nullptr || fstat(STDERR_FILENO, &error_stream) != 0) return false;
  return std::to_string(error_stream.st_dev) + ":" + std::to_string(error_stream.st_ino) == stream;
}

void JournalSink::sink_it_(const spdlog::details::log_msg& message) {
  JournalEntry entry;
  entry.add("MESSAGE", {message.payload.data(), message.payload.size()});
  entry.add("PRIORITY", std::to_string(priority_of(message.level)));
  entry.add("SYSLOG_IDENTIFIER", "xdpfwd");
  if (fields_ != nullptr)
    for (const Field& field : *fields_) entry.add(field.name, field.value);
  journal_.send(entry);
}

}  // namespace xdpfwd
