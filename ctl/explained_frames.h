// What the filter does with many frames, a line each as they come: memory doesn't grow with the capture.
#pragma once

#include <cstdint>
#include <map>
#include <nlohmann/json.hpp>
#include <string>

#include "ctl/table.h"

namespace xdpfwd::ctl {

class ExplainedFrames {
 public:
  enum class Form : std::uint8_t { table, json_text };

  ExplainedFrames(Form form, bool color);

  /// Text for some more frames, a result of the method `explain`.
  std::string add(const nlohmann::json& result);
  /// Text after the last of them: how many there were of each kind.
  std::string end() const;

  std::uint64_t frames() const { return frames_; }
  /// Whether the kernel and the list disagreed about any of them.
  bool disagree() const { return disagree_; }

 private:
  std::string json_lines(const nlohmann::json& results);
  std::string table_lines(const nlohmann::json& results);

  Form form_;
  bool color_;
  Table table_;
  std::uint64_t frames_ = 0;
  std::map<std::string, std::uint64_t> tally_;
  bool disagree_ = false;
  nlohmann::json revision_;
};

}  // namespace xdpfwd::ctl
