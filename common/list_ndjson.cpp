// A JSON object a line: Spamhaus' DROP list, and what `xdpfwctl export` writes.
#include "common/commands.h"
#include "common/error.h"
#include "common/json.h"
#include "common/list_formats.h"
#include "common/text.h"

namespace xdpfwd {
namespace {

using nlohmann::json;

Error wrong_member(const std::string& key, const std::string& wants) {
  return Error(Code::invalid, "\"" + key + "\" must be " + wants);
}

/// The member, or nothing where it is not there or null.
const json* member(const json& object, const char* key) {
  const auto found = object.find(key);
  return found == object.end() || found->is_null() ? nullptr : &*found;
}

void read_text(const json& object, const char* key, std::string& text) {
  const json* value = member(object, key);
  if (value == nullptr) return;
  if (!value->is_string()) throw wrong_member(key, "text");
  text = value->get_ref<const std::string&>();
}

void read_time(const json& object, const char* key, std::optional<std::int64_t>& time) {
  const json* value = member(object, key);
  if (value == nullptr) return;
  if (!value->is_number_unsigned() || value->get<std::uint64_t>() > latest_time)
    throw wrong_member(key, "a time in Unix seconds, not after the year 9999, or null");
  time = value->get<std::int64_t>();
}

class NdjsonFormat : public LineFormat {
 public:
  bool read(std::string_view line, ParsedItem& item) override {
    const json object = parse_json(line);
    if (!object.is_object()) throw Error(Code::invalid, "is no JSON object");
    const bool ours = object.contains("prefix");
    if (!ours && !object.contains("cidr")) {
      if (object.value("type", json()) != "metadata") throw Error(Code::invalid, "has neither \"prefix\" nor \"cidr\"");
      end_part(object);
      return false;
    }
    const char* const key = ours ? "prefix" : "cidr";
    if (!object.at(key).is_string()) throw wrong_member(key, "text");
    item.read_prefixes(object.at(key).get_ref<const std::string&>());
    if (ours)
      read_rest(object, item);
    else
      read_text(object, "sblid", item.reason);
    ++lines_;
    unconfirmed_ |= !ours;
    return true;
  }

  void was_bad() override { ++lines_; }

  std::optional<std::string> cut_short() const override {
    if (cut_short_ || !unconfirmed_) return cut_short_;
    return "the metadata line at its end is missing";
  }

 private:
  static void read_rest(const json& object, ParsedItem& item) {
    read_text(object, "source", item.source);
    read_text(object, "action", item.action);
    if (!item.action.empty() && item.action != "drop" && item.action != "monitor" && item.action != "allow")
      throw wrong_member("action", "drop, monitor or allow");
    read_text(object, "reason", item.reason);
    read_time(object, "since", item.since);
    read_time(object, "until", item.until);
  }

  /// Spamhaus ends each list with a line that tells how many came before it. There are several where lists were
  /// put together.
  void end_part(const json& metadata) {
    const json* records = member(metadata, "records");
    if (records != nullptr && records->is_number_unsigned() && *records != lines_ && !cut_short_)
      cut_short_ =
          "its metadata line tells of " + records->dump() + " records, and there are " + std::to_string(lines_);
    lines_ = 0;
    unconfirmed_ = false;
  }

  std::uint64_t lines_ = 0;   // since the metadata line before, bad ones too
  bool unconfirmed_ = false;  // among them are some of Spamhaus'
  std::optional<std::string> cut_short_;
};

}  // namespace

std::unique_ptr<LineFormat> ndjson_format() { return std::make_unique<NdjsonFormat>(); }

}  // namespace xdpfwd
