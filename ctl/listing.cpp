#include "ctl/listing.h"

#include <algorithm>
#include <vector>

#include "common/error.h"
#include "common/json.h"
#include "common/text.h"
#include "ctl/answer.h"
#include "ctl/units.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

std::vector<Align> columns(bool overlaps) {
  std::vector<Align> columns{Align::left, Align::left, Align::right, Align::right,
                             Align::left, Align::left, Align::left,  Align::left};
  if (overlaps) columns.insert(columns.begin(), Align::left);
  return columns;
}

}  // namespace

Listing::Listing(Form form, bool color, std::int64_t now, Wanted wanted)
    : form_(form), color_(color), now_(now), wanted_(wanted), table_(columns(wanted.overlaps)) {}

std::string Listing::page(const json& result) {
  const json& next = result.at("next");
  if (!next.is_null() && next == next_) throw Error(Code::internal, "answer of xdpfwd: the same page again");
  next_ = next;
  total_ = result.at("total");
  revision_ = result.value("revision", json());
  const json& entries = result.at("entries");
  if (form_ == Form::json_text) return json_page(entries);

  if (!begun_ && !entries.empty()) {
    std::vector<Cell> head{{"PREFIX"}, {"ACTION"}, {"PACKETS"}, {"BYTES"},
                           {"SOURCE"}, {"SINCE"},  {"EXPIRES"}, {"REASON"}};
    if (wanted_.overlaps) head.insert(head.begin() + 1, {"COVERED BY"});
    table_.add(std::move(head));
    begun_ = true;
  }
  for (const json& entry : entries) add_entry(entry);
  shown_ += entries.size();
  return table_.take(color_);
}

/// A line a claim; what is the same for all of them is on the first, which shows a claim that decides.
void Listing::add_entry(const json& entry) {
  std::vector<json> claims = entry.at("claims");
  const json& action = entry.at("action");
  std::ranges::stable_partition(claims, [&action](const json& claim) { return claim.at("action") == action; });
  const bool overruled = !entry.at("effective").get<bool>();
  const json covered = entry.value("covered_by", json());
  const std::string covered_by = covered.is_null() ? "-" : escaped(covered.get<std::string>());
  bool first = true;
  for (const json& claim : claims) {
    const std::string word = text_of(claim, "action");
    const json& until = claim.at("until");
    std::vector<Cell> row{{first ? text_of(entry, "prefix") : ""},
                          {overruled ? word + " (overruled)" : word, overruled ? Color::none : color_of(word)},
                          {first ? grouped(entry.at("packets").get<std::uint64_t>()) : ""},
                          {first ? bytes_text(entry.at("bytes").get<std::uint64_t>()) : ""},
                          {text_of(claim, "source")},
                          {age_text(claim.at("since").get<std::int64_t>(), now_)},
                          {until.is_null() ? "never" : until_text(until.get<std::int64_t>(), now_)},
                          {text_of(claim, "reason")}};
    if (wanted_.overlaps) row.insert(row.begin() + 1, {!first ? "" : covered_by});
    table_.add(std::move(row));
    first = false;
  }
}

std::string Listing::json_page(const json& entries) {
  std::string text = begun_ ? "" : R"({"entries":[)";
  begun_ = true;
  for (const json& entry : entries) {
    if (shown_++ > 0) text += ',';
    text += dump_json(entry);
  }
  return text;
}

std::string Listing::json_end() const {
  json rest{{"total", total_}, {"revision", revision_}};
  if (wanted_.limit) rest["next"] = next_;
  return "]," + dump_json(rest).substr(1) + "\n";
}

std::string Listing::overlaps_end(std::uint64_t total) const {
  if (shown_ == 0) return "none of " + counted(total, "entry", "entries") + " overlaps another";
  return grouped(shown_) + " of " + counted(total, "entry", "entries") + (shown_ == 1 ? " is" : " are") +
         " covered by others or claimed by several sources; nothing is merged by itself";
}

std::string Listing::end() const {
  if (form_ == Form::json_text) return json_end();
  const auto total = total_.get<std::uint64_t>();
  if (total == 0) return "no entries\n";
  std::string text = wanted_.overlaps  ? overlaps_end(total)
                     : shown_ == total ? counted(total, "entry", "entries")
                                       : grouped(shown_) + " of " + counted(total, "entry", "entries");
  if (wanted_.limit && !next_.is_null()) text += "; go on with --cursor " + escaped(next_.get<std::string>());
  return text + "\n";
}

}  // namespace xdpfwd::ctl
