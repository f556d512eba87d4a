#include "daemon/config/list_config.h"

#include <algorithm>

#include "common/commands.h"
#include "common/text.h"
#include "daemon/blocklist/claim.h"

namespace xdpfwd {
namespace {

constexpr auto shortest_refresh = std::chrono::seconds(1);

/// The names that cannot be a list's, since others make claims by them.
bool is_taken(std::string_view name) { return is_derived(name) || name == default_source; }

std::string read_name(const Reader& value) {
  const std::string& name = value.string();
  if (!is_source_name(name)) value.fail("must be 1 to 64 of A-Z a-z 0-9 . _ : / @ -");
  if (is_taken(name)) value.fail("\"" + name + "\" is the name of another source", "choose another name");
  return name;
}

std::chrono::seconds read_refresh(const Reader& value) {
  try {
    return std::max(parse_duration(value.string()), shortest_refresh);
  } catch (const Error& error) {
    if (error.code() == Code::config) throw;
    value.fail(error.what(), error.hint());
  }
}

ListConfig read_list_config(const Reader& value) {
  ListConfig list;
  value.object({
      {"name", [&](const Reader& item) { list.name = read_name(item); }},
      {"path", [&](const Reader& item) { list.path = item.absolute_path(); }},
      {"format",
       [&](const Reader& item) {
         const std::optional<ListFormat> format = parse_list_format(item.string());
         if (!format) item.fail("must be auto, plain, ndjson, ipset or nft");
         list.format = *format;
       }},
      {"action",
       [&](const Reader& item) {
         list.action = parse_action(item.string());
         if (list.action == Action::none) item.fail("must be drop, monitor or allow");
       }},
      {"refresh", [&](const Reader& item) { list.refresh = read_refresh(item); }},
      {"min_entries", [&](const Reader& item) { list.min_entries = item.integer(0, 100'000'000); }},
      {"max_shrink", [&](const Reader& item) { list.max_shrink = item.integer(1, 100); }},
  });
  if (list.name.empty()) value.fail("\"name\" is missing");
  if (list.path.empty()) value.fail("\"path\" is missing");
  return list;
}

}  // namespace

std::vector<ListConfig> read_list_configs(const Reader& value) {
  std::vector<ListConfig> lists;
  value.each([&](const Reader& item) {
    ListConfig list = read_list_config(item);
    if (std::ranges::find(lists, list.name, &ListConfig::name) != lists.end())
      item.fail("list \"" + list.name + "\" is there already", "give each list a name of its own");
    lists.push_back(std::move(list));
  });
  return lists;
}

}  // namespace xdpfwd
