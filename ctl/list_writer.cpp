#include "ctl/list_writer.h"

#include <algorithm>

#include "common/json.h"
#include "common/text.h"
#include "ctl/list_forms.h"

namespace xdpfwd::ctl {
namespace {

class PlainForm : public ListWriter::Form {
 public:
  std::string begin() override { return "# The addresses and prefixes of an xdpfwd blocklist, one a line\n"; }
  std::string add(const ExportedClaim& claim) override { return to_string(claim.prefix) + "\n"; }
};

class NdjsonForm : public ListWriter::Form {
 public:
  std::string add(const ExportedClaim& claim) override {
    std::string line = R"({"prefix":")" + to_string(claim.prefix) + '"';
    line += R"(,"source":)" + dump_json(claim.source);
    line += R"(,"action":)" + dump_json(claim.action);
    line += R"(,"reason":)" + dump_json(claim.reason);
    line += R"(,"since":)" + std::to_string(claim.since);
    line += R"(,"until":)" + (claim.until ? std::to_string(*claim.until) : "null");
    return line + "}\n";
  }
};

std::unique_ptr<ListWriter::Form> form_of(ListFormat format, std::int64_t now, ListCounts counts) {
  switch (format) {
    case ListFormat::ndjson:
      return std::make_unique<NdjsonForm>();
    case ListFormat::ipset:
      return ipset_form(now, counts);
    case ListFormat::nft:
      return nft_form(now);
    default:
      return std::make_unique<PlainForm>();
  }
}

}  // namespace

std::string comment_of(const std::string& reason, std::size_t most_bytes) {
  std::string comment;
  for (std::string_view rest(reason); !rest.empty();) {
    const std::string_view character = rest.substr(0, std::max<std::size_t>(first_code_point(rest).bytes, 1));
    rest.remove_prefix(character.size());
    const bool steers = character != "\\" && escaped(character) != character;
    if (comment.size() + character.size() > most_bytes) break;
    comment += steers ? " " : character == "\"" ? "'" : character;
  }
  return comment;
}

ListWriter::ListWriter(ListFormat format, std::int64_t now, ListCounts counts)
    : form_(form_of(format, now, counts)), now_(now), every_claim_(format == ListFormat::ndjson) {}

ListWriter::~ListWriter() = default;

std::string ListWriter::begin() { return form_->begin(); }

std::string ListWriter::add(const ExportedClaim& claim) {
  if (every_claim_) return form_->add(claim);
  // In ipset and nft, a time to live of nothing would be one without an end.
  if (claim.until && *claim.until <= now_) {
    ++ended_;
    return {};
  }
  if (!pending_ || pending_->prefix != claim.prefix) {
    std::string text = flush();
    pending_ = claim;
    return text;
  }
  if (outlasts(claim, *pending_)) pending_->until = claim.until;
  if (pending_->reason.empty()) pending_->reason = claim.reason;
  return {};
}

std::string ListWriter::flush() {
  std::string text;
  if (pending_) text = form_->add(*pending_);
  pending_.reset();
  return text;
}

std::string ListWriter::end() {
  std::string text = flush();
  return text + form_->end();
}

std::string ListWriter::notes() const {
  std::string text = form_->notes();
  if (ended_ > 0)
    text += "note: " + counted(ended_, "claim has", "claims have") + " come to an end meanwhile, and " +
            (ended_ == 1 ? "is" : "are") + " left out\n";
  return text;
}

}  // namespace xdpfwd::ctl
