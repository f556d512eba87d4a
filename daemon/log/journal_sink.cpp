#include "daemon/log/journal_sink.h"

#include <sys/stat.h>
#include <syslog.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <string>

#include "daemon/log/messages.h"

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

/// There are as many of them as the config lets in, and they must not take the place of who has changed what.
bool is_about_packet(const Fields& fields) {
  static const Field id = id_of(Message::packet);
  return std::ranges::any_of(fields,
                             [](const Field& field) { return field.name == id.name && field.value == id.value; });
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
  journal_.send(entry, fields_ == nullptr || !is_about_packet(*fields_));
}

}  // namespace xdpfwd
