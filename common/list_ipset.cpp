// What `ipset save` writes and `ipset restore` reads. How a line is cut into words, and that a quotation mark cannot
// be escaped, is as in ipset's own lib/ipset.c; the options are those of ipset(8).
#include <algorithm>
#include <array>
#include <charconv>
#include <map>

#include "common/error.h"
#include "common/list_formats.h"
#include "common/text.h"

namespace xdpfwd {
namespace {

/// IPSET_MAXNAMELEN of linux/netfilter/ipset/ip_set.h, less the NUL byte.
constexpr std::size_t longest_set_name = 31;
/// It bounds what a file can take that is nothing but `create` lines.
constexpr std::size_t most_sets = 10000;

Error bad_item(std::string_view what, std::string_view why) {
  return Error(Code::invalid, escaped(what) + ": " + std::string(why));
}

/// The words of a line; one in quotation marks may hold white space.
class Words {
 public:
  explicit Words(std::string_view line) : rest_(line) {}

  /// The next, or nothing at the end.
  std::optional<std::string_view> next() {
    constexpr std::string_view space = " \t";
    rest_.remove_prefix(std::min(rest_.find_first_not_of(space), rest_.size()));
    if (rest_.empty()) return std::nullopt;
    if (rest_.starts_with('"')) {
      const std::size_t quote = rest_.find('"', 1);
      if (quote == rest_.npos) throw Error(Code::invalid, "a quotation mark is not closed");
      return take(1, quote - 1, quote + 1);
    }
    const std::size_t end = std::min(rest_.find_first_of(space), rest_.size());
    return take(0, end, end);
  }

  std::string_view want(std::string_view what) {
    if (const auto word = next()) return *word;
    throw Error(Code::invalid, std::string(what) + " is missing");
  }

  std::uint64_t want_number(std::string_view option, std::uint64_t most = UINT64_MAX) {
    const std::string_view word = want("the value of " + std::string(option));
    std::uint64_t number = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number);
    if (error != std::errc{} || end != word.data() + word.size() || number > most)
      throw bad_item(word, "is no " + std::string(option));
    return number;
  }

 private:
  std::string_view take(std::size_t first, std::size_t size, std::size_t end) {
    const std::string_view word = rest_.substr(first, size);
    rest_.remove_prefix(end);
    return word;
  }

  std::string_view rest_;
};

/// What a set's `create` line tells of its elements.
struct Set {
  std::string unreadable;          // why they are no addresses
  std::uint64_t time_to_live = 0;  // of those that tell none; 0 is forever
  unsigned netmask = 128;          // for elements that are written without it
};

class IpsetFormat : public LineFormat {
 public:
  explicit IpsetFormat(std::int64_t now) : now_(now) {}

  bool read(std::string_view line, ParsedItem& item) override {
    Words words(line);
    const std::string_view command = words.want("a command");
    if (command == "create") return create(words);
    if (command == "add") return add(words, item);
    if (command == "COMMIT" || command == "quit") return false;
    throw bad_item(command, "is no create and no add");
  }

 private:
  bool create(Words& words) {
    const std::string name(words.want("a name"));
    const std::string_view type = words.want("a type");
    if (name.size() > longest_set_name) throw bad_item(name, "is longer than a name can be");
    if (sets_.size() == most_sets) throw bad_item(name, "is one set more than can be read");
    Set set;
    constexpr std::array readable{"hash:ip", "hash:net", "bitmap:ip"};
    if (std::ranges::find(readable, type) == readable.end())
      set.unreadable = "is in a set of type " + escaped(type) + ", which holds more than addresses";
    while (const auto option = words.next()) {
      if (*option == "timeout") set.time_to_live = words.want_number(*option);
      if (*option == "netmask") set.netmask = static_cast<unsigned>(words.want_number(*option, set.netmask));
      if (*option == "bitmask") set.unreadable = "is in a set with a bitmask";
    }
    sets_.insert_or_assign(name, std::move(set));
    return false;
  }

  bool add(Words& words, ParsedItem& item) const {
    static const Set unknown;
    const auto found = sets_.find(words.want("a name"));
    const Set& set = found == sets_.end() ? unknown : found->second;
    const std::string_view element = words.want("an address");
    if (!set.unreadable.empty()) throw bad_item(element, set.unreadable);
    item.read_prefixes(element);
    for (Prefix& prefix : item.prefixes)
      if (prefix.length() > set.netmask) prefix = prefix.widened(set.netmask);
    std::uint64_t time_to_live = set.time_to_live;
    while (const auto option = words.next()) read_option(*option, words, element, item, time_to_live);
    if (time_to_live > 0) item.until = end_after(time_to_live, now_);
    return true;
  }

  static void read_option(std::string_view option, Words& words, std::string_view element, ParsedItem& item,
                          std::uint64_t& time_to_live) {
    constexpr std::array with_value{"packets", "bytes", "skbmark", "skbprio", "skbqueue"};
    constexpr std::array without{"-exist", "--exist", "-!"};
    if (option == "timeout") {
      time_to_live = words.want_number(option);
    } else if (option == "comment") {
      item.reason = words.want("the comment");
    } else if (option == "nomatch") {
      throw bad_item(element, "is an exception (nomatch), which no block can tell");
    } else if (std::ranges::find(with_value, option) != with_value.end()) {
      words.want("the value of " + std::string(option));
    } else if (std::ranges::find(without, option) == without.end()) {
      throw bad_item(option, "is an option that is not known");
    }
  }

  std::int64_t now_;
  std::map<std::string, Set, std::less<>> sets_;
};

}  // namespace

std::unique_ptr<LineFormat> ipset_format(std::int64_t now) { return std::make_unique<IpsetFormat>(now); }

}  // namespace xdpfwd
