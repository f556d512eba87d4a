// doctor: a line for each thing looked at, what to do below it, and at the end whether the host is ready.
#include <algorithm>
#include <array>

#include "common/text.h"
#include "ctl/render.h"
#include "ctl/table.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

struct Word {
  std::string_view verdict;  // as the answer has it
  Cell shown;
};

/// What is wrong has to catch the eye without colour as well.
Cell cell_of(const std::string& verdict) {
  const std::array words{Word{"ok", {"ok", Color::green}}, Word{"warning", {"WARN", Color::yellow}},
                         Word{"failure", {"FAIL", Color::red}}};
  const auto* word = std::ranges::find(words, verdict, &Word::verdict);
  return word == words.end() ? Cell{harmless(verdict)} : word->shown;
}

std::vector<Cell> row_of(const json& check) {
  return {{harmless(check.at("subject").get<std::string>())},
          cell_of(check.at("verdict").get<std::string>()),
          {harmless(check.at("finding").get<std::string>())}};
}

std::string conclusion(const json& checks, bool ready, bool color) {
  const auto count = [&](const char* verdict) {
    return static_cast<std::uint64_t>(
        std::ranges::count_if(checks, [&](const json& check) { return check.at("verdict") == verdict; }));
  };
  if (!ready)
    return painted(counted(count("failure"), "problem", "problems"), Color::red, color) +
           " would keep the service from filtering\n";
  const std::uint64_t warnings = count("warning");
  return painted("ready", Color::green, color) + ": nothing would keep the service from filtering" +
         (warnings == 0 ? "" : "; " + counted(warnings, "warning", "warnings")) + "\n";
}

}  // namespace

std::string render_doctor(const Call&, const json& result, const View& view) {
  const json& checks = result.at("checks");
  Table table({Align::left, Align::left, Align::left});
  const std::vector<Cell> head{{"SUBJECT"}, {"VERDICT"}, {"FINDING"}};
  table.add(head);
  for (const json& check : checks) table.add(row_of(check));
  table.take(false);  // now the columns are as wide as they have to be
  table.add(head);
  std::string text;
  for (const json& check : checks) {
    table.add(row_of(check));
    text += table.take(view.color);
    if (const json& hint = check.at("hint"); !hint.is_null())
      text += "    hint: " + harmless(hint.get<std::string>()) + "\n";
  }
  return text + "\n" + conclusion(checks, result.at("ready").get<bool>(), view.color);
}

}  // namespace xdpfwd::ctl
