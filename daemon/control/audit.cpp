#include "daemon/control/audit.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "common/text.h"
#include "daemon/blocklist/claim.h"
#include "daemon/log/messages.h"

namespace xdpfwd {
namespace {

using nlohmann::json;

/// What a change was about, in few words: `192.0.2.7 and 3 more`.
std::string subject_of(const json& params) {
  if (const auto prefixes = params.find("prefixes"); prefixes != params.end()) {
    const std::string first = shortened(prefixes->front().get_ref<const std::string&>());
    return prefixes->size() == 1 ? first : first + " and " + std::to_string(prefixes->size() - 1) + " more";
  }
  for (const char* name : {"interface", "source"})
    if (params.contains(name)) return params[name].get<std::string>();
  return {};
}

/// `block 192.0.2.7`
std::string described(std::string_view command, const std::string& subject) {
  return std::string(command) + (subject.empty() ? "" : " " + subject);
}

/// `block 192.0.2.7: reason`, whether or not the reason begins with some of that itself.
std::string refusal_text(std::string_view command, const std::string& subject, const std::string& reason) {
  if (reason.starts_with(command)) return reason;
  const bool names_subject = !subject.empty() && reason.starts_with(subject + ":");
  return names_subject ? described(command, reason) : described(command, subject) + ": " + reason;
}

/// What came of it, where that is more than the request says: `+1204 -87 =998709`.
std::string outcome_of(const json& result) {
  const auto number = [&](const char* name) { return result[name].get<std::size_t>(); };
  if (!result.contains("added"))  // but for flush, the request says it all
    return result.contains("removed") ? ": " + counted(number("removed"), "claim", "claims") + " taken back" : "";
  if (!result.contains("kept")) return {};
  return " +" + std::to_string(number("added")) + " -" + std::to_string(number("removed")) + " =" +
         std::to_string(number("kept") + number("updated"));
}

/// How many claims came, or are another action's now, and how many went; nothing where it was not about claims.
void add_counts(const Command& command, const json& result, Fields& fields) {
  const auto add = [&](std::string_view name, std::size_t count) { fields.push_back({name, std::to_string(count)}); };
  if (const auto changed = result.find("changed"); changed != result.end())
    add(command.name == "unblock" ? "XDPFWD_REMOVED" : "XDPFWD_ADDED",
        static_cast<std::size_t>(std::ranges::count(*changed, json(true))));
  if (const auto added = result.find("added"); added != result.end()) add("XDPFWD_ADDED", *added);
  if (const auto removed = result.find("removed"); removed != result.end()) add("XDPFWD_REMOVED", *removed);
}

/// What xdpfwctl alone knows, as the source of claims in a list, is not among the parameters of a request.
bool names_source(const Command& command, const json& params) {
  const auto source = std::ranges::find(command.parameters, "source", &Parameter::name);
  return source != command.parameters.end() && source->where != Where::client && !params.value("all_sources", false);
}

std::string written(const Peer& peer) {
  return " (uid " + std::to_string(peer.uid) + ", pid " + std::to_string(peer.pid) + ", " + peer.program + ")";
}

Fields fields_of(Message message, std::string_view command, const std::string& subject, const Peer& peer) {
  return {id_of(message),
          {"XDPFWD_COMMAND", std::string(command)},
          {"XDPFWD_SUBJECT", subject},
          {"XDPFWD_UID", std::to_string(peer.uid)},
          {"XDPFWD_PID", std::to_string(peer.pid)},
          {"XDPFWD_PROGRAM", peer.program}};
}

}  // namespace

void Audit::changed(const Command& command, const json& params, const json& result, const Sources& sources,
                    const Peer& peer) {
  if (params.value("dry_run", false)) return;
  const std::string subject = subject_of(params);
  Fields fields = fields_of(Message::changed, command.name, subject, peer);
  if (names_source(command, params))
    fields.push_back({"XDPFWD_SOURCE", params.value("source", std::string(default_source))});
  for (const SharedText& source : sources) fields.push_back({"XDPFWD_SOURCE", source.str()});
  add_counts(command, result, fields);
  fields.push_back({"XDPFWD_REVISION", result["revision"].dump()});
  log_.info(described(command.name, subject) + outcome_of(result) + written(peer), fields);
}

void Audit::refused(std::string_view command, const json& params, const Error& error, const Peer& peer) {
  if (!limit_.admits(peer.uid, RefusalLimit::Time::clock::now())) return;
  const std::string subject = subject_of(params);
  const std::string reason = shortened(error.what());
  Fields fields = fields_of(Message::refused, command, subject, peer);
  fields.push_back({"XDPFWD_REASON", std::string(reason_of(error.code()))});
  const bool matters = error.code() == Code::denied || error.code() == Code::not_durable;
  log_.write(matters ? Level::warning : Level::info, refusal_text(command, subject, reason) + written(peer), fields);
}

void Audit::tell_rest() {
  limit_.take_untold(RefusalLimit::Time::clock::now(), [this](uid_t uid, std::size_t count) {
    log_.warning(
        counted(count, "more request", "more requests") + " of uid " + std::to_string(uid) +
            " were refused, and are not told one by one",
        {id_of(Message::suppressed), {"XDPFWD_MESSAGES", std::to_string(count)}, {"XDPFWD_UID", std::to_string(uid)}});
  });
  for (const auto& [uid, count] : std::exchange(turned_away_, {}))
    log_.warning(counted(count, "connection", "connections") + " of uid " + std::to_string(uid) +
                     (count == 1 ? " was" : " were") + " closed at once, since there were too many",
                 {id_of(Message::turned_away),
                  {"XDPFWD_CONNECTIONS", std::to_string(count)},
                  {"XDPFWD_UID", std::to_string(uid)}});
}

}  // namespace xdpfwd
