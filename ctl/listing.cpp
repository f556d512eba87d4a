#include "ctl/listing.h"

#include <algorithm>
#include <vector>

#include "common/error.h"
#include "common/json.h"
#include "common/text.h"
#include "ctl/units.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

std::string text_of(const json& object, const char* key) { return escaped(object.at(key).get<std::string>()); }

}  // namespace

Listing::Listing(Form form, bool color, std::int64_t now, bool limited)
    : form_(form),
      color_(color),
      now_(now),
      limited_(limited),
      table_(
          {Align::left, Align::left, Align::right, Align::right, Align::left, Align::left, Align::left, Align::left}) {}

std::string Listing::page(const json& result) {
  const json& next = result.at("next");
  if (!next.is_null() && next == next_) throw Error(Code::internal, "answer of xdpfwd: the same page again");
  next_ = next;
  total_ = result.at("total");
  revision_ = result.value("revision", json());
  const json& entries = result.at("entries");
  if (form_ == Form::json) return json_page(entries);

  if (!begun_ && !entries.empty()) {
    table_.add({{"PREFIX"}, {"ACTION"}, {"PACKETS"}, {"BYTES"}, {"SOURCE"}, {"SINCE"}, {"EXPIRES"}, {"REASON"}});
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
  bool first = true;
  for (const json& claim : claims) {
    const std::string word = text_of(claim, "action");
    const json& until = claim.at("until");
    table_.add({{first ? text_of(entry, "prefix") : ""},
                {overruled ? word + " (overruled)" : word, overruled ? Color::none : color_of(word)},
                {first ? grouped(entry.at("packets").get<std::uint64_t>()) : ""},
                {first ? bytes_text(entry.at("bytes").get<std::uint64_t>()) : ""},
                {text_of(claim, "source")},
                {age_text(claim.at("since").get<std::int64_t>(), now_)},
                {until.is_null() ? "never" : until_text(until.get<std::int64_t>(), now_)},
                {text_of(claim, "reason")}});
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
  if (limited_) rest["next"] = next_;
  return "]," + dump_json(rest).substr(1) + "\n";
}

std::string Listing::end() const {
  if (form_ == Form::json) return json_end();
  const auto total = total_.get<std::uint64_t>();
  if (total == 0) return "no entries\n";
  std::string text = shown_ == total ? counted(total, "entry", "entries")
                                     : grouped(shown_) + " of " + counted(total, "entry", "entries");
  if (limited_ && !next_.is_null()) text += "; go on with --cursor " + escaped(next_.get<std::string>());
  return text + "\n";
}

}  // namespace xdpfwd::ctl
