// The parameters of a request, held against the command's row.
#include <algorithm>

#include "common/commands.h"
#include "common/error.h"
#include "common/parameter_rules.h"
#include "common/text.h"

namespace xdpfwd {

using nlohmann::json;

void check_parameters(const Command& command, const json& params, Where side) {
  const std::string name(command.name);
  const auto is_known = [side](const Parameter& one) { return one.where == Where::everywhere || one.where == side; };
  for (const auto& [key, value] : params.items()) {
    const auto parameter = std::ranges::find(command.parameters, key, &Parameter::name);
    if (parameter == command.parameters.end() || !is_known(*parameter))
      throw Error(Code::invalid, name + ": unknown parameter \"" + escaped(shortened(key)) + "\"",
                  "\"describe\" lists each method with its parameters");
    const Rule& rule = rule_of(parameter->kind);
    if (!rule.holds(value)) throw Error(Code::invalid, name + ": \"" + key + "\" must be " + std::string(rule.wants));
  }
  for (const Parameter& parameter : command.parameters)
    if (is_known(parameter) && parameter.required && !params.contains(parameter.name))
      throw Error(Code::invalid, name + ": \"" + std::string(parameter.name) + "\" is missing",
                  "it must be " + std::string(rule_of(parameter.kind).wants));
}

json schema_of(const Command& command) {
  json properties = json::object();
  json required = json::array();
  for (const Parameter& parameter : command.parameters) {
    if (parameter.where == Where::client) continue;
    json schema = rule_of(parameter.kind).schema();
    schema["description"] = parameter.help;
    properties[std::string(parameter.name)] = std::move(schema);
    if (parameter.required) required.push_back(parameter.name);
  }
  return {{"type", "object"}, {"properties", properties}, {"required", required}, {"additionalProperties", false}};
}

}  // namespace xdpfwd
