#include "daemon/control/dispatcher.h"

#include "common/commands.h"
#include "common/error.h"
#include "common/jsonrpc.h"
#include "daemon/control/handlers.h"
#include "daemon/log/messages.h"

namespace xdpfwd {
using nlohmann::json;

Dispatcher::Answer Dispatcher::answer(std::string_view line, Session& session) {
  json id;
  std::string method;  // none where the request could not be read
  const auto refused = [&](const Error& error) {
    // Whoever was refused sends his list again, and it must not be added to this one.
    if (method == "sync" || method == "import") session.staged.reset();
    // What follows must not take the list for whole that lacks this part.
    if (method == "stage" || find_command(method) == nullptr)
      session.staged = Staged{.share = Share(staged_weight_), .broken = true};
    return Answer{error_line(id, error), error.code() == Code::parse};
  };
  try {
    const Request request = parse_request(line);
    id = request.id;
    method = request.method;
    Listing listing;
    const json result = call(method, request.params, session, listing);
    return {listing.name().empty() ? result_line(id, result) : result_line(id, result, listing.name(), listing.items()),
            false, !listing.name().empty()};
  } catch (const Error& error) {
    return refused(error);
  } catch (const std::exception& exception) {
    log_.error(std::string("a request failed: ") + exception.what(), {id_of(Message::fault)});
    return refused(
        Error(Code::internal, std::string("request: ") + exception.what(), "this is a bug; please report it"));
  }
}

json Dispatcher::call(const std::string& method, const json& params, Session& session, Listing& listing) {
  const Command* command = find_command(method);
  if (command == nullptr || command->audience == Audience::people)
    throw Error(Code::unknown_method, "request: there is no such method", "\"describe\" lists the methods");
  bool is_checked = false;  // what is not may be of any type and size
  try {
    if (command->access == Access::admin && session.access != Access::admin)
      throw Error(Code::denied, method + ": only root and the admin group may do that",
                  "run it as root, or as a member of the group in control.admin_group");
    check_parameters(*command, params, Where::protocol);
    is_checked = true;
    Sources sources;
    const Call call{firewall_, lists_,         events_,
                    session,   params,         reload_,
                    busiest_,  staged_weight_, waiting_[static_cast<std::size_t>(session.access)],
                    sources,   listing};
    json result = handle(method, call);
    if (command->access == Access::admin && command->name != "stage")
      audit_.changed(*command, params, result, sources, session.peer);
    return result;
  } catch (const Error& error) {
    if (command->access == Access::admin || error.code() == Code::denied)
      audit_.refused(method, is_checked ? params : json::object(), error, session.peer);
    throw;
  }
}

}  // namespace xdpfwd
