// What `ipset restore` reads. The bounds are those of ipset 7.17 and of the kernel's lib/: see ipset(8).
#include <algorithm>
#include <bit>
#include <vector>

#include "common/text.h"
#include "ctl/list_forms.h"

namespace xdpfwd::ctl {
namespace {

constexpr std::int64_t longest_timeout = 2147483;  // seconds, nearly 25 days
constexpr std::size_t longest_ipset_comment = 255;
/// Room for what the list grows by while it is written, and for what is added afterwards.
constexpr std::uint64_t spare = 65536;

std::string set_name(Family family) { return "xdpfwd-" + std::string(to_string(family)); }

std::string create_line(Family family, std::uint64_t count) {
  const std::uint64_t most = std::min<std::uint64_t>(count + count / 8 + spare, UINT32_MAX);
  // The set grows by itself, by doubling; it is only spared the first steps. A bucket holds up to 12.
  const std::uint64_t buckets = std::clamp<std::uint64_t>(std::bit_ceil(count / 4), 1024, 1u << 22);
  return "create " + set_name(family) + " hash:net family " + (family == Family::ipv4 ? "inet" : "inet6") + " hashsize " +
         std::to_string(buckets) + " maxelem " + std::to_string(most) + " timeout 0 comment\n";
}

class IpsetForm : public ListWriter::Form {
 public:
  IpsetForm(std::int64_t now, ListCounts counts) : now_(now), counts_(counts) {}

  std::string begin() override {
    return create_line(Family::ipv4, counts_.ipv4) + create_line(Family::ipv6, counts_.ipv6);
  }

  std::string add(const ExportedClaim& claim) override {
    if (claim.prefix.length() == 0) return halve(claim);
    std::string text = write_halves(claim.prefix);
    if (halves_.empty() || halves_.front().prefix != claim.prefix) return text + line(claim);
    ExportedClaim half = claim;
    if (outlasts(halves_.front(), claim)) half.until = halves_.front().until;
    halves_.erase(halves_.begin());
    return text + line(half);
  }

  std::string end() override { return write_halves(std::nullopt); }

  std::string notes() const override {
    std::string text;
    if (halved_) text += "note: hash:net knows no prefix of length 0; it is written as its two halves\n";
    if (shortened_ > 0)
      text += "note: " + counted(shortened_, "entry stays", "entries stay") + " longer than ipset can tell; there " +
              (shortened_ == 1 ? "it ends" : "they end") + " after " + grouped(longest_timeout) + " seconds\n";
    return text;
  }

 private:
  /// Keeps the halves until it is known that no claim is on one of them: ipset refuses an element that is there.
  std::string halve(const ExportedClaim& claim) {
    std::string text = write_halves(std::nullopt);
    halved_ = true;
    Prefix::Address upper{};
    upper[0] = 0x80;
    halves_ = {claim, claim};
    halves_[0].prefix = {claim.prefix.family(), {}, 1};
    halves_[1].prefix = {claim.prefix.family(), upper, 1};
    return text;
  }

  /// Those that are before this prefix, or all.
  std::string write_halves(const std::optional<Prefix>& before) {
    std::string text;
    while (!halves_.empty() && (!before || halves_.front().prefix < *before)) {
      text += line(halves_.front());
      halves_.erase(halves_.begin());
    }
    return text;
  }

  std::string line(const ExportedClaim& claim) {
    return "add " + set_name(claim.prefix.family()) + " " + to_string(claim.prefix) + options(claim);
  }

  std::string options(const ExportedClaim& claim) {
    const std::int64_t left = claim.until ? *claim.until - now_ : 0;
    if (left > longest_timeout) ++shortened_;
    std::string text = " timeout " + std::to_string(std::min(left, longest_timeout));
    if (const std::string comment = comment_of(claim.reason, longest_ipset_comment); !comment.empty())
      text += " comment \"" + comment + '"';
    return text + "\n";
  }

  std::int64_t now_;
  ListCounts counts_;
  std::vector<ExportedClaim> halves_;  // of the last prefix of length 0, that are not written yet
  bool halved_ = false;
  std::uint64_t shortened_ = 0;
};

}  // namespace

std::unique_ptr<ListWriter::Form> ipset_form(std::int64_t now, ListCounts counts) {
  return std::make_unique<IpsetForm>(now, counts);
}

}  // namespace xdpfwd::ctl
