// What the code under test writes to its log, for the tests that ask what the operator is told.
#pragma once

#include <string>

#include "daemon/datapath/fd.h"

namespace xdpfwd {

/// Takes standard error, where a Log writes to, until this ends.
class CapturedLog {
 public:
  CapturedLog();
  ~CapturedLog();
  CapturedLog(const CapturedLog&) = delete;
  CapturedLog& operator=(const CapturedLog&) = delete;

  /// All that was written since the last call.
  std::string take();

 private:
  Fd standard_error_;
  Fd file_;
};

}  // namespace xdpfwd
