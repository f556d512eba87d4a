// A spdlog sink that hands messages to the systemd journal with fields of our own; spdlog's own sink has none, and
// waits for the journal.
#pragma once

#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

#include "daemon/log/journal.h"
#include "daemon/log/log.h"

namespace xdpfwd {

class JournalSink : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
 public:
  /// The fields of the message that is logged next. They stay the caller's.
  void set_fields(const Fields* fields) { fields_ = fields; }
  Journal& journal() { return journal_; }
  /// True where standard error is connected to the journal (systemd.exec(5), JOURNAL_STREAM).
  static bool is_usable();

 private:
  void sink_it_(const spdlog::details::log_msg& message) override;
  void flush_() override {}

  Journal journal_;
  const Fields* fields_ = nullptr;
};

}  // namespace xdpfwd
