#include "common/jsonrpc.h"

#include "common/json.h"

namespace xdpfwd {
namespace {

using nlohmann::json;

Error invalid_request(const std::string& reason) {
  return {Code::invalid_request, "request: " + reason,
          R"(send one line as {"jsonrpc":"2.0","id":1,"method":"block","params":{"prefixes":["192.0.2.7"]}})"};
}

bool is_known_member(std::string_view name) {
  return name == "jsonrpc" || name == "id" || name == "method" || name == "params";
}

}  // namespace

Request parse_request(std::string_view line) {
  json document = parse_json(line, Comments::refused, max_request_memory);
  if (document.is_array()) throw invalid_request("batches are not supported");
  if (!document.is_object()) throw invalid_request("not an object");
  for (const auto& [name, value] : document.items())
    if (!is_known_member(name)) throw invalid_request("unknown member");
  if (document.value("jsonrpc", json()) != "2.0") throw invalid_request(R"("jsonrpc" must be "2.0")");
  const auto found = document.find("id");
  if (found == document.end() || (!found->is_string() && !found->is_number() && !found->is_null()))
    throw invalid_request(R"("id" must be a string or a number)");
  json id = std::move(*found);
  if (id.is_string() && id.get_ref<const std::string&>().size() > max_id_bytes)
    throw invalid_request("\"id\" must not be longer than " + std::to_string(max_id_bytes) + " bytes");
  if (!document.value("method", json()).is_string()) throw invalid_request(R"("method" must be a string)");
  json params = document.contains("params") ? std::move(document["params"]) : json::object();
  if (!params.is_object()) throw invalid_request(R"("params" must be an object: parameters have names)");
  return {std::move(id), std::move(document["method"].get_ref<std::string&>()), std::move(params)};
}

std::string request_line(const Request& request) {
  return dump_json({{"jsonrpc", "2.0"}, {"id", request.id}, {"method", request.method}, {"params", request.params}}) +
         "\n";
}

std::string result_line(const json& id, const json& result) {
  return dump_json({{"jsonrpc", "2.0"}, {"id", id}, {"result", result}}) + "\n";
}

std::string result_line(const json& id, const json& result, std::string_view name, std::string_view items) {
  std::string line = result_line(id, result);
  constexpr std::string_view end = "}}\n";  // members are in the order of their names, so the result comes last
  line.reserve(line.size() + name.size() + items.size() + 8);
  line.resize(line.size() - end.size());
  return line.append(",\"").append(name).append("\":[").append(items).append("]").append(end);
}

std::string notification_line(std::string_view method, const json& params) {
  return dump_json({{"jsonrpc", "2.0"}, {"method", method}, {"params", params}}) + "\n";
}

Notification parse_notification(std::string_view line) {
  json document = parse_json(line);
  if (!document.is_object() || !document.value("method", json()).is_string() ||
      !document.value("params", json()).is_object())
    throw Error(Code::internal, "notification: not JSON-RPC 2.0");
  return {document["method"], std::move(document["params"])};
}

std::string error_line(const json& id, const Error& error) {
  return dump_json({{"jsonrpc", "2.0"}, {"id", id}, {"error", to_json(error)}}) + "\n";
}

json parse_response(std::string_view line) {
  json document = parse_json(line);
  if (document.is_object() && document.contains("error")) throw error_from_json(document["error"]);
  if (!document.is_object() || !document.contains("result")) throw Error(Code::internal, "response: not JSON-RPC 2.0");
  return std::move(document["result"]);
}

}  // namespace xdpfwd
