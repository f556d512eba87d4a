// What `nft -j -f` reads: libnftables-json(5). Applied again, it replaces what it brought before.
#include "common/json.h"
#include "common/text.h"
#include "ctl/list_forms.h"

namespace xdpfwd::ctl {
namespace {

using nlohmann::json;

constexpr std::size_t elements_at_once = 1000;
constexpr std::size_t longest_nft_comment = 128;  // NFTNL_UDATA_COMMENT_MAXLEN

std::string command(const char* verb, const json& object) { return dump_json({{verb, object}}); }

json set_of(Family family) { return {{"family", "inet"}, {"table", "xdpfwd"}, {"name", to_string(family)}}; }

class NftForm : public ListWriter::Form {
 public:
  explicit NftForm(std::int64_t now) : now_(now) {}

  std::string begin() override {
    std::string text = R"({"nftables":[)" + command("add", {{"table", {{"family", "inet"}, {"name", "xdpfwd"}}}});
    for (const Family family : families) {
      json set = set_of(family);
      set["type"] = family == Family::ipv4 ? "ipv4_addr" : "ipv6_addr";
      set["flags"] = {"interval", "timeout"};
      text += ",\n" + command("add", {{"set", set}}) + ",\n" + command("flush", {{"set", set_of(family)}});
    }
    return text;
  }

  std::string add(const ExportedClaim& claim) override {
    if (last_ && last_->prefix.covers(claim.prefix)) {
      ++inside_;
      if (outlasts(claim, *last_)) ++outlasting_;
      return {};
    }
    std::string text = begin_element(claim.prefix.family());
    text += element(claim);
    last_ = claim;
    return text;
  }

  std::string end() override { return end_batch() + "]}\n"; }

  std::string notes() const override {
    std::string text;
    if (inside_ > 0)
      text += "note: " + counted(inside_, "entry", "entries") + " inside wider ones " + (inside_ == 1 ? "is" : "are") +
              " left out: nft sets hold no overlaps\n";
    if (outlasting_ > 0)
      text += "note: of them, " + counted(outlasting_, "entry ends", "entries end") + " later than the wider one\n";
    return text;
  }

 private:
  std::string begin_element(Family family) {
    if (in_batch_ > 0 && in_batch_ < elements_at_once && last_->prefix.family() == family) {
      ++in_batch_;
      return ",";
    }
    const std::string before = end_batch();
    in_batch_ = 1;
    json set = set_of(family);
    // The elements come behind the set's other members, and are not held.
    const std::string open = command("add", {{"element", set}});
    return before + ",\n" + open.substr(0, open.size() - 3) + R"(,"elem":[)";
  }

  std::string end_batch() const { return in_batch_ > 0 ? "]}}}" : ""; }

  std::string element(const ExportedClaim& claim) const {
    const std::string comment = comment_of(claim.reason, longest_nft_comment);
    std::string text = value(claim.prefix);
    if (!claim.until && comment.empty()) return text;
    text = R"({"elem":{"val":)" + text;
    if (claim.until) text += R"(,"timeout":)" + std::to_string(*claim.until - now_);
    if (!comment.empty()) text += R"(,"comment":)" + dump_json(comment);
    return text + "}}";
  }

  static std::string value(const Prefix& prefix) {
    const std::string text = to_string(prefix);
    if (prefix.is_host()) return '"' + text + '"';
    return R"({"prefix":{"addr":")" + text.substr(0, text.find('/')) + R"(","len":)" + std::to_string(prefix.length()) +
           "}}";
  }

  std::int64_t now_;
  std::optional<ExportedClaim> last_;  // that was written
  std::size_t in_batch_ = 0;
  std::uint64_t inside_ = 0;
  std::uint64_t outlasting_ = 0;
};

}  // namespace

std::unique_ptr<ListWriter::Form> nft_form(std::int64_t now) { return std::make_unique<NftForm>(now); }

}  // namespace xdpfwd::ctl
