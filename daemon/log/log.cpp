#include "daemon/log/log.h"

#include <spdlog/logger.h>
#include <spdlog/sinks/stdout_color_sinks.h>

#include "common/text.h"
#include "daemon/log/journal_sink.h"
#include "daemon/log/messages.h"

namespace xdpfwd {
namespace {

spdlog::level::level_enum spdlog_level(Level level) {
  constexpr spdlog::level::level_enum levels[]{spdlog::level::debug, spdlog::level::info, spdlog::level::warn,
                                               spdlog::level::err};
  return levels[static_cast<std::size_t>(level)];
}

}  // namespace

Log::Log() {
  if (JournalSink::is_usable()) {
    journal_ = std::make_shared<JournalSink>();
    logger_ = std::make_shared<spdlog::logger>("xdpfwd", journal_);
  } else {
    logger_ = std::make_shared<spdlog::logger>("xdpfwd", std::make_shared<spdlog::sinks::stderr_color_sink_st>());
    logger_->set_pattern("%H:%M:%S.%e %^%-7l%$ %v");
  }
}

Log::~Log() = default;

void Log::set_level(Level least) { logger_->set_level(spdlog_level(least)); }

void Log::write(Level level, std::string_view message, const Fields& fields) {
  if (journal_) journal_->set_fields(&fields);
  logger_->log(spdlog_level(level), "{}", escaped(message));
  if (journal_) journal_->set_fields(nullptr);
}

bool Log::flush() {
  if (!journal_) return true;
  if (!journal_->journal().flush()) return false;
  if (const std::size_t lost = journal_->journal().take_lost())
    warning(counted(lost, "message is", "messages are") + " missing here, since the journal did not take them in time",
            {id_of(Message::suppressed), {"XDPFWD_MESSAGES", std::to_string(lost)}});
  return true;
}

}  // namespace xdpfwd
