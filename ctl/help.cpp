#include "ctl/help.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "common/version.h"
#include "ctl/command_line.h"
#include "ctl/table.h"

namespace xdpfwd::ctl {
namespace {

struct Example {
  std::string_view command;
  std::string_view lines;
};

constexpr std::array examples{
    Example{"block",
            "  xdpfwctl block 192.0.2.7 2001:db8::/32 --ttl 1h --reason \"port scan\"\n"
            "  xdpfwctl block --source feed - < addresses.txt\n"},
    Example{"unblock", "  xdpfwctl unblock 192.0.2.7 --source fail2ban/sshd\n"},
    Example{"allow", "  xdpfwctl allow 198.51.100.0/24 --reason office\n"},
    Example{"monitor", "  xdpfwctl monitor 203.0.113.0/24 --ttl 1d\n"},
    Example{"list", "  xdpfwctl list --family ipv6 --action drop\n"},
    Example{"check", "  xdpfwctl check 192.0.2.7 && echo blocked\n"},
    Example{"explain",
            "  xdpfwctl explain 203.0.113.9\n"
            "  tcpdump -c 5 -w - | xdpfwctl explain --pcap -\n"},
    Example{"flush", "  xdpfwctl flush --source feed\n"},
    Example{"sync",
            "  xdpfwctl sync --source spamhaus /var/lib/feeds/drop.json\n"
            "  curl -fsS https://feed.example/list.txt | xdpfwctl sync --source feed --ttl 2d -\n"},
    Example{"import",
            "  xdpfwctl import saved.ndjson\n"
            "  ipset save | xdpfwctl import --source ipset --dry-run -\n"},
    Example{"export",
            "  xdpfwctl export --format ndjson > saved.ndjson\n"
            "  xdpfwctl export --format nft | nft -j -f -\n"},
    Example{"watch",
            "  xdpfwctl watch --prefix 203.0.113.0/24\n"
            "  xdpfwctl watch --json --count 100 | jq -r 'select(.event == \"packet\").source' | sort | uniq -c\n"},
    Example{"capture",
            "  xdpfwctl capture flood.pcapng --duration 10s\n"
            "  xdpfwctl capture - --action drop | tshark -r -\n"},
    Example{"stats",
            "  xdpfwctl stats --top 20\n"
            "  xdpfwctl stats --watch | tee attack.log\n"},
    Example{"top", "  xdpfwctl top\n"},
    Example{"status",
            "  xdpfwctl status --json\n"
            "  xdpfwctl status -q || echo look at it\n"},
    Example{"attach", "  xdpfwctl attach eth1 --mode native\n"},
    Example{"detach", "  xdpfwctl detach eth1\n"},
    Example{"reload", "  xdpfwctl reload\n"},
    Example{"confirm",
            "  xdpfwctl confirm    # soon after: xdpfwctl block 203.0.113.0/24 --force --confirm-within 60s\n"},
    Example{"ping", "  xdpfwctl ping -q --timeout 1\n"},
    Example{"doctor", "  xdpfwctl doctor\n"},
    Example{"stage", "  xdpfwctl stage --help\n"},
    Example{"subscribe", "  xdpfwctl subscribe --help    # xdpfwctl watch shows what it tells\n"},
    Example{"hello", "  xdpfwctl hello\n"},
    Example{"describe", "  xdpfwctl describe\n"},
};

/// What help calls a value of this kind; empty for a flag.
std::string_view placeholder(Kind kind) {
  constexpr std::array<std::string_view, 26> names{
      "PREFIX...", "PREFIX...", "INTERFACE", "DURATION", "NAME",   "TEXT",    "ACTION", "FAMILY", "MODE",
      "SHARING",   "N",         "N",         "CURSOR",   "N",      "ADDRESS", "GROUPS", "FRAMES", "HEX",
      "RANKING",   "FILE",      "FILE",      "FORMAT",   "PREFIX", "N",       "N",      ""};
  static_assert(names.size() == static_cast<std::size_t>(Kind::flag) + 1);
  return names[static_cast<std::size_t>(kind)];
}

/// `--ttl DURATION`, `--strict`, `PREFIX...`
std::string written(const Parameter& parameter) {
  if (is_positional(parameter)) return std::string(placeholder(parameter.kind));
  const std::string_view value = placeholder(parameter.kind);
  return option_name(parameter.name) + (value.empty() ? "" : " " + std::string(value));
}

std::string written(const GlobalOption& option) {
  return (option.letter.empty() ? "" : "-" + std::string(option.letter) + ", ") + option_name(option.name) +
         (option.value.empty() ? "" : " " + std::string(option.value));
}

/// In the order in which one types them: what is positional first. Goes on in the next line where one gets too long.
std::string synopsis(const Command& command) {
  constexpr std::size_t width = 80;
  const std::string indent(std::string_view("Usage: xdpfwctl ").size() + command.name.size(), ' ');
  std::string text = "Usage: xdpfwctl " + std::string(command.name);
  std::size_t line = 0;  // where it begins
  const auto add = [&](const std::string& word) {
    if (text.size() - line + word.size() > width) {
      line = text.size() + 1;
      text += "\n" + indent;
    }
    text += word;
  };
  for (const bool positional : {true, false})
    for (const Parameter& parameter : command.parameters)
      if (is_positional(parameter) == positional && parameter.where != Where::protocol)
        add(parameter.required ? " " + written(parameter) : " [" + written(parameter) + "]");
  return text;
}

std::string global_lines() {
  Table table({Align::left, Align::left}, "  ");
  for (const GlobalOption& option : global_options) table.add({{written(option)}, {std::string(option.help)}});
  return table.take(false);
}

}  // namespace

std::string help_page() {
  std::string text = "Usage: xdpfwctl COMMAND [ARGUMENTS]\nTalks to xdpfwd, the XDP firewall daemon.\n\nCommands:\n";
  Table table({Align::left, Align::left}, "  ");
  for (const Command& command : commands())
    if (command.audience != Audience::programs)
      table.add({{std::string(command.name)}, {std::string(command.summary)}});
  text += table.take(false);
  text += "\nOptions:\n" + global_lines();
  text +=
      "\nExit status: 0 done, 1 refused or a negative answer, 2 wrong usage, 3 no daemon answers,\n"
      "4 not permitted, 5 over capacity, 6 in force but not stored.\n"
      "\nxdpfwctl COMMAND --help tells more about a command.\n";
  return text;
}

std::string help_page(const Command& command) {
  std::string text = synopsis(command) + "\n" + std::string(command.summary) + ".\n";
  if (!command.details.empty()) text += "\n" + std::string(command.details) + "\n";
  Table table({Align::left, Align::left}, "  ");
  for (const Parameter& parameter : command.parameters)
    if (parameter.where != Where::protocol) table.add({{written(parameter)}, {std::string(parameter.help)}});
  if (!command.parameters.empty()) text += "\nArguments:\n" + table.take(false);
  text += "\nOptions of every command:\n" + global_lines();
  const auto* example = std::ranges::find(examples, command.name, &Example::command);
  if (example != examples.end()) text += "\nExample:\n" + std::string(example->lines);
  return text;
}

std::string version_line() { return "xdpfwctl " + std::string(version) + "\n"; }

}  // namespace xdpfwd::ctl
