#include "common/commands.h"

#include <algorithm>

namespace xdpfwd {
namespace {

constexpr Parameter prefixes{"prefixes", Kind::prefixes, true,
                             "addresses, prefixes or ranges; - reads them from standard input"};
constexpr Parameter ttl{"ttl", Kind::duration, false,
                        "how long it lasts, as 90s, 1h30m or 7d, or in seconds; -1 (the default) has no end"};
constexpr Parameter reason{"reason", Kind::text, false, "why, for whoever lists it later; 256 bytes at most"};
constexpr Parameter source{"source", Kind::name, false, "who makes the claim (cli unless told)"};
constexpr Parameter strict{"strict", Kind::flag, false,
                           "fail, and change nothing, where a prefix is as wanted already"};
constexpr Parameter force{
    "force", Kind::flag, false,
    "do it though addresses that this machine needs, or your own, are dropped then; never those in \"protect\""};
constexpr Parameter confirm_within{"confirm_within", Kind::duration, false,
                                   "undo it after this time, as 60s, unless it is confirmed: xdpfwctl confirm"};
constexpr Parameter if_revision{"if_revision", Kind::revision, false,
                                "refuse where the list has changed since it had this revision"};
constexpr Parameter ssh_peer{"ssh_peer", Kind::address, false,
                             "where the caller is logged in from; a change that cuts it off is refused",
                             Where::protocol};
constexpr Parameter dry_run{"dry_run", Kind::flag, false, "tell what it would change, and change nothing"};
constexpr Parameter limit{"limit", Kind::count, false, "at most so many entries, 1 to 10000"};
constexpr Parameter cursor{"cursor", Kind::cursor, false, "go on after this page"};
constexpr Parameter network_interface{"interface", Kind::interface, true, "name of a network interface, as eth0"};

constexpr std::array claim_parameters{prefixes,       ttl,         reason,  source, strict, force,
                                      confirm_within, if_revision, ssh_peer};
constexpr std::array allow_parameters{prefixes, ttl, reason, source, strict, if_revision};
constexpr std::array unblock_parameters{
    prefixes,
    Parameter{"source", Kind::name, false, "whose claim to take back (cli unless told)"},
    Parameter{"all_sources", Kind::flag, false, "take back every source's claim, but for those in the config file"},
    Parameter{"strict", Kind::flag, false, "fail, and change nothing, where there is no such claim"},
    force,
    confirm_within,
    if_revision,
    ssh_peer,
};
constexpr std::array list_parameters{
    Parameter{"source", Kind::name, false, "only entries that this source claims"},
    Parameter{"action", Kind::action, false, "only entries with this action: drop, monitor or allow"},
    Parameter{"family", Kind::family, false, "only this family: ipv4 or ipv6"},
    Parameter{"overlaps", Kind::flag, false, "only entries that a wider one covers, or that several sources claim"},
    limit,
    cursor,
};
constexpr std::array check_parameters_row{Parameter{"prefixes", Kind::addresses, true, prefixes.help}};
constexpr std::array explain_parameters{
    Parameter{"prefixes", Kind::addresses, false, "addresses; of a prefix, its first address is tried"},
    Parameter{"packet", Kind::frame, false, "a frame in hexadecimal, from its Ethernet header on", Where::client},
    Parameter{"pcap", Kind::path, false, "the frames of a capture file (pcap or pcapng; - is standard input)",
              Where::client},
    Parameter{"frames", Kind::frames, false, "frames in hexadecimal", Where::protocol},
};
constexpr std::array stats_parameters{
    Parameter{"top", Kind::count, false,
              "how many of the busiest entries to show (10 unless told; with --watch 3, and 1000 at most)"},
    Parameter{"watch", Kind::flag, false, "each second what has come since, until Ctrl-C", Where::client},
    Parameter{"by", Kind::ranking, false,
              "total (the default), or rate: since the second before, of which there are 1000 at most",
              Where::protocol},
};
constexpr std::array flush_parameters{
    Parameter{"source", Kind::name, true, "whose claims to take back"}, force, confirm_within, if_revision, ssh_peer,
};

// What a list says of its items itself is used where these don't.
constexpr Parameter file{"file", Kind::file, true, "the list, or - for standard input", Where::client};
constexpr Parameter list_action{"action", Kind::action, false, "drop (the default), monitor or allow", Where::client};
constexpr Parameter list_ttl{"ttl", Kind::duration, false, ttl.help, Where::client};
constexpr Parameter list_reason{"reason", Kind::text, false, reason.help, Where::client};
constexpr Parameter list_format{"format", Kind::format, false, "auto (the default), plain, ndjson, ipset or nft",
                                Where::client};
constexpr Parameter list_force{"force", Kind::flag, false,
                               "take a list over that is empty, cut short or no list, or that drops your own address"};
constexpr Parameter list_strict{"strict", Kind::flag, false, "refuse the whole list where a line of it is bad",
                                Where::client};
constexpr std::array sync_parameters{
    file,        Parameter{"source", Kind::name, true, "whose claims the list is to become"},
    list_action, list_ttl,
    list_reason, list_format,
    list_strict, dry_run,
    list_force,  confirm_within,
    if_revision, ssh_peer,
};
constexpr std::array import_parameters{
    file,
    Parameter{"source", Kind::name, false, "who makes the claims (cli, where the list names none)", Where::client},
    list_action,
    list_ttl,
    list_reason,
    list_format,
    list_strict,
    dry_run,
    list_force,
    confirm_within,
    if_revision,
    ssh_peer,
};
constexpr std::array export_parameters{
    Parameter{"format", Kind::format, false, "plain (the default), ndjson, ipset or nft", Where::client},
    Parameter{"source", Kind::name, false, "only claims of this source"},
    Parameter{"action", Kind::action, false, "only claims with this action (drop unless told, all in ndjson)"},
    Parameter{"family", Kind::family, false, "only this family: ipv4 or ipv6"},
    Parameter{"limit", Kind::count, false, "at most so many claims", Where::protocol},
    Parameter{"cursor", Kind::cursor, false, cursor.help, Where::protocol},
};
// Of what subscribe, watch and capture tell.
constexpr Parameter event_source{"source", Kind::name, false, "only packets that an entry of this source has met"};
constexpr Parameter event_prefix{"prefix", Kind::prefix, false, "only packets from this address or prefix"};
constexpr Parameter event_action{"action", Kind::action, false, "only such packets: drop or monitor"};
constexpr Parameter event_rate{"rate", Kind::rate, false,
                               "samples a second and CPU at most, 1 to 100000 (1000 unless told)"};
constexpr std::array subscribe_parameters{
    event_source,
    event_prefix,
    event_action,
    event_rate,
    Parameter{"frames", Kind::flag, false, "tell the first bytes of each packet, too; for root and the admin group"},
};
constexpr Parameter event_count{"count", Kind::number, false, "end after so many packets", Where::client};
constexpr std::array watch_parameters{event_source, event_prefix, event_action, event_rate, event_count};
constexpr std::array capture_parameters{
    Parameter{"file", Kind::file, true, "where to, in the pcapng format; - is standard output", Where::client},
    event_source,
    event_prefix,
    event_action,
    event_rate,
    event_count,
    Parameter{"duration", Kind::duration, false, "end after this time, as 10s or 5m", Where::client},
};
constexpr std::array stage_parameters{
    Parameter{"groups", Kind::groups, true, "claims that have all but their prefixes in common"}};
constexpr std::array reload_parameters{
    Parameter{"force_list", Kind::name, false,
              "take this list over, though it has shrunk, is empty, cut short or no list"},
    Parameter{"force", Kind::flag, false, "apply it though it drops the address that you are logged in from"},
    ssh_peer,
};
constexpr std::array attach_parameters{
    network_interface,
    Parameter{"mode", Kind::mode, false, "auto (the default), native, generic or offload"},
    Parameter{"sharing", Kind::sharing, false,
              "auto (the default), exclusive, or dispatcher: beside other XDP programs"},
    Parameter{"priority", Kind::priority, false, "where it runs in a dispatcher: the lowest first (5)"},
};
constexpr std::array detach_parameters{network_interface};

constexpr std::array doctor_parameters{Parameter{
    "config", Kind::file, false, "the config file to check (/etc/xdpfwd/xdpfwd.json unless told)", Where::client}};

constexpr std::array rows{
    Command{"block", Access::admin, Audience::everyone, "Drop every packet from these sources",
            "Takes effect before it returns, and lasts across restart and reboot. Blocking what is blocked is no\n"
            "error: it renews the time to live and the reason.",
            claim_parameters},
    Command{"unblock", Access::admin, Audience::everyone, "Take a claim back, whatever its action",
            "Only the named source's claim goes; whatever else still blocks the address is told.", unblock_parameters},
    Command{"allow", Access::admin, Audience::everyone, "Let these sources pass, whatever blocks them",
            "Allow wins over drop and monitor, however wide or narrow either is.", allow_parameters},
    Command{"monitor", Access::admin, Audience::everyone, "Count what would be dropped, and let it pass",
            "The way to try a block before it bites. Drop and allow win over monitor.", claim_parameters},
    Command{"list", Access::read, Audience::everyone, "Show the entries with their claims and counters", "",
            list_parameters},
    Command{"check", Access::read, Audience::everyone, "Tell what happens to packets from these sources",
            "Ends with 0 when all of them are blocked, with 1 otherwise.", check_parameters_row},
    Command{"explain", Access::read, Audience::everyone, "Tell what the filter in force does with a packet, and why",
            "Asks the program in the kernel, counts nothing, and shows every entry around the source with its\n"
            "claims. Should the kernel and the list disagree, that is told, and is a bug.",
            explain_parameters},
    Command{"flush", Access::admin, Audience::everyone, "Take back all claims of one source",
            "Flushing a source that has none is no error.", flush_parameters},
    Command{"sync", Access::admin, Audience::everyone, "Make a source's claims exactly those of a list",
            "Only the difference is applied, all of it or nothing, what is added before what is removed. Addresses\n"
            "that the machine needs still pass, and are told. A list that cannot be right is refused unless forced.",
            sync_parameters},
    Command{"import", Access::admin, Audience::everyone, "Add the claims of a list",
            "All of them or none. What xdpfwctl export --format ndjson wrote comes back as it was.", import_parameters},
    Command{"export", Access::read, Audience::everyone, "Write the list for another program, or for import",
            "Only ndjson tells sources and actions, and gives everything back to import; --json asks for it as well.\n"
            "-q leaves out notes, not the list.",
            export_parameters},
    Command{"watch", Access::read, Audience::people, "Show packets as they are dropped or monitored",
            "Samples of them, a line each: at most --rate a second and CPU, and how many more there were. It costs\n"
            "nothing while nobody watches. Ends with Ctrl-C.",
            watch_parameters},
    Command{"capture", Access::admin, Audience::people, "Write packets to a file for Wireshark, with what dropped them",
            "Samples as with watch, the first 256 bytes of each, with the interface and, as a comment, the entry that\n"
            "decided. Replaces a capture of the same name, and no other file. Ends with Ctrl-C, --count or --duration.",
            capture_parameters},
    Command{
        "stats", Access::read, Audience::everyone,
        "Show packets and bytes by interface, family, reason, source and entry",
        "With --watch a line a second for each interface with packets, for all of them, and for the entries that met\n"
        "most: packets and bytes a second, in thousands (k), millions (M) and so on. With --json as well, what came\n"
        "since the line before, to the packet; of entries, in an \"interval\" of its own. A restart of the daemon is\n"
        "told, and loses nothing.",
        stats_parameters},
    Command{
        "top",
        Access::read,
        Audience::people,
        "Watch rates, busiest entries and sources on the whole terminal",
        "Drawn anew each second. Keys: q quit, s sort by rate or by total, p pause, 1 entries only, 2 sources only,\n"
        "? help. For a log or a pipe: xdpfwctl stats --watch.",
        {}},
    Command{"status",
            Access::read,
            Audience::everyone,
            "Show health, interfaces, modes, entries and storage",
            "Its first word: ok; degraded, where not all is as it was asked for; open, where packets pass that should\n"
            "be filtered. With -q it prints nothing, and ends with 0 where that is ok, with 1 otherwise.",
            {}},
    Command{"attach", Access::admin, Audience::everyone, "Filter on one more interface",
            "Lasts across restart and reboot, until it is detached. An interface that is not there yet is\n"
            "filtered from the moment it comes.",
            attach_parameters},
    Command{"detach", Access::admin, Audience::everyone, "Stop filtering on an interface",
            "An interface that the config file names is filtered again after the next reload or restart.",
            detach_parameters},
    Command{"reload", Access::admin, Audience::everyone, "Read the config file again",
            "The file is checked whole before anything changes; on an error everything stays as it was. Its lists\n"
            "are read again as well.",
            reload_parameters},
    Command{"confirm", Access::admin, Audience::everyone, "Keep a change that was made with --confirm-within", "", {}},
    Command{"ping", Access::read, Audience::everyone, "Tell whether the daemon answers", "", {}},
    Command{
        "doctor", Access::admin, Audience::people, "Check this host, and tell what to do about what is wrong",
        "Needs no daemon and changes nothing; it loads the program for a moment to see whether the kernel takes it.\n"
        "Ends with 1 where something would keep the service from filtering as the config file wants it.",
        doctor_parameters},
    Command{"stage", Access::admin, Audience::programs, "Send claims for a sync or import on the same connection",
            "For programs, which keep the connection.", stage_parameters},
    Command{"subscribe", Access::read, Audience::programs,
            "Be told of packets as they are dropped or monitored, by notifications",
            "For programs, which keep the connection.", subscribe_parameters},
    Command{"hello", Access::read, Audience::programs, "Tell the protocol's version", "", {}},
    Command{
        "describe", Access::read, Audience::programs, "List the methods with their parameters as JSON Schema", "", {}},
};

static_assert(std::ranges::equal(rows, command_names, {}, &Command::name));
static_assert(std::ranges::all_of(rows, [](const Command& row) {
  return (row.audience == Audience::people) == is_client_command(row.name);
}));

}  // namespace

std::span<const Command> commands() { return rows; }

const Command* find_command(std::string_view name) {
  const auto row = std::ranges::find(rows, name, &Command::name);
  return row == rows.end() ? nullptr : &*row;
}

}  // namespace xdpfwd
