#include "daemon/control/dispatcher.h"

#include "common/commands.h"
#include "common/error.h"
#include "common/jsonrpc.h"
#include "daemon/control/handlers.h"

namespace xdpfwd {
namespace {

using nlohmann::json;

/// What a change was about, in few words: `192.0.2.7 and 3 more`.
std::string subject_of(const json& params) {
  if (const auto prefixes = params.find("prefixes"); prefixes != params.end()) {
    const std::string first = prefixes->front().get<std::string>();
    return prefixes->size() == 1 ? first : first + " and " + std::to_string(prefixes->size() - 1) + " more";
  }
  for (const char* name : {"interface", "source"})
    if (params.contains(name)) return params[name].get<std::string>();
  return {};
}

/// What came of it, where that is more than the request says: `+1204 -87 =998709`.
std::string outcome_of(const json& result) {
  if (!result.contains("added") || !result.contains("kept")) return {};
  const auto number = [&](const char* name) { return result[name].get<std::size_t>(); };
  return " +" + std::to_string(number("added")) + " -" + std::to_string(number("removed")) + " =" +
         std::to_string(number("kept") + number("updated"));
}

}  // namespace

Dispatcher::Answer Dispatcher::answer(std::string_view line, Session& session) {
  json id;
  bool takes_list = false;
  const auto refused = [&](const Error& error) {
    // Whoever was refused sends his list again, and it must not be added to this one.
    if (takes_list) session.staged.reset();
    return Answer{error_line(id, error), error.code() == Code::parse};
  };
  try {
    const Request request = parse_request(line);
    id = request.id;
    takes_list = request.method == "sync" || request.method == "import";
    return {result_line(id, call(request.method, request.params, session)), false};
  } catch (const Error& error) {
    return refused(error);
  } catch (const std::exception& exception) {
    log_.error(std::string("a request failed: ") + exception.what());
    return refused(
        Error(Code::internal, std::string("request: ") + exception.what(), "this is a bug; please report it"));
  }
}

json Dispatcher::call(const std::string& method, const json& params, Session& session) {
  const Command* command = find_command(method);
  if (command == nullptr || command->audience == Audience::people)
    throw Error(Code::unknown_method, "request: there is no such method", "\"describe\" lists the methods");
  if (command->access == Access::admin && session.access != Access::admin)
    throw Error(Code::denied, method + ": only root and the admin group may do that",
                "run it as root, or as a member of the group in control.admin_group");
  check_parameters(*command, params, Where::protocol);
  const Call call{firewall_, lists_, session, params, reload_, busiest_};
  if (command->access == Access::read || command->name == "stage") return handle(method, call);
  const Peer& peer = session.peer;
  try {
    json result = handle(method, call);
    const std::string subject = subject_of(params);
    audit(*command, params, peer, method + (subject.empty() ? "" : " " + subject) + outcome_of(result));
    return result;
  } catch (const Error& error) {
    audit(*command, params, peer, error.what());
    throw;
  }
}

/// Every change, and every attempt at one, leaves a line: what was done or why it was not, by whom, with what program.
void Dispatcher::audit(const Command& command, const json& params, const Peer& peer, const std::string& outcome) {
  const std::string uid = std::to_string(peer.uid);
  const std::string pid = std::to_string(peer.pid);
  log_.info(outcome + " (uid " + uid + ", pid " + pid + ", " + peer.program + ")",
            {{"XDPFWD_COMMAND", std::string(command.name)},
             {"XDPFWD_SUBJECT", subject_of(params)},
             {"XDPFWD_UID", uid},
             {"XDPFWD_PID", pid},
             {"XDPFWD_PROGRAM", peer.program}});
}

}  // namespace xdpfwd
