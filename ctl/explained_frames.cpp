#include "ctl/explained_frames.h"

#include <algorithm>

#include "common/json.h"
#include "common/text.h"
#include "ctl/answer.h"
#include "ctl/render_explain.h"

namespace xdpfwd::ctl {

using nlohmann::json;

ExplainedFrames::ExplainedFrames(Form form, bool color)
    : form_(form), color_(color), table_({Align::right, Align::left, Align::left, Align::left, Align::left}) {}

std::string ExplainedFrames::add(const json& result) {
  const json& results = result.at("results");
  revision_ = result.value("revision", json());
  disagree_ =
      disagree_ || std::ranges::any_of(results, [](const json& one) { return !one.at("disagreement").is_null(); });
  return form_ == Form::json_text ? json_lines(results) : table_lines(results);
}

std::string ExplainedFrames::json_lines(const json& results) {
  std::string text;
  for (const json& result : results) text += (frames_++ == 0 ? R"({"results":[)" : ",") + dump_json(result);
  return text;
}

std::string ExplainedFrames::table_lines(const json& results) {
  if (frames_ == 0) table_.add({{"FRAME"}, {"SOURCE"}, {"VERDICT"}, {"ENTRY"}, {"CLAIMED BY"}});
  std::string bugs;
  for (const json& result : results) {
    const std::string source = text_of(result, "source");
    const std::string entry = text_of(result, "entry");
    table_.add({{std::to_string(++frames_)},
                {source.empty() ? "-" : source},
                {verdict_word(result), verdict_color(result)},
                {entry.empty() ? "-" : entry},
                {deciding_sources(result)}});
    ++tally_[verdict_word(result)];
    bugs += disagreement_text(result, color_);
  }
  return table_.take(color_) + bugs;
}

std::string ExplainedFrames::end() const {
  if (form_ == Form::json_text) return "]," + dump_json({{"revision", revision_}}).substr(1) + "\n";
  std::string text = counted(frames_, "frame", "frames") + ":";
  for (const auto& [word, count] : tally_) text += (text.ends_with(":") ? " " : ", ") + grouped(count) + " " + word;
  return text + "\n";
}

}  // namespace xdpfwd::ctl
