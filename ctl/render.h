// A result -> text for people, JSON for programs, and an exit status. Nothing here reads or writes.
#pragma once

#include <chrono>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "common/error.h"
#include "ctl/requests.h"

namespace xdpfwd::ctl {

/// The hint where an answer came but could not be written.
inline constexpr const char* answer_lost = "the daemon has done what it was asked; only its answer is lost";

/// How and when it is shown.
struct View {
  bool color = false;
  std::int64_t now = 0;                  // Unix seconds
  std::chrono::microseconds elapsed{0};  // from connecting to the answer
};

std::string render(const Call& call, const nlohmann::json& result, const View& view);
/// One line. Of block, allow, monitor and unblock `items` names each prefix where `changed` doesn't.
std::string render_json(const Call& call, const nlohmann::json& result);
/// 0, or 1 for a negative answer. Who sees nothing of an answer but this (`quiet`) is told health by it.
int exit_status(const Call& call, const nlohmann::json& result, bool quiet);

/// As escaped(), but for a message: what is escaped in it already stays as it is, and so do its lines.
std::string harmless(std::string_view message);

/// Two lines, the second where there is a hint.
std::string render_error(const Error& error, bool color);
std::string render_error_json(const Error& error);

/// The table of interfaces that `status` ends with.
std::string render_interfaces(const nlohmann::json& interfaces, bool color);

/// The tables below the interfaces that `stats` ends with; empty where nothing was counted.
std::string render_sources(const nlohmann::json& result, const View& view);
std::string render_busiest(const nlohmann::json& result, const View& view);
/// `cli, feed`: the sources that one of its entries counts for.
std::string joined_sources(const nlohmann::json& entry);

// One function a kind of answer, each in a file of its own kind.
std::string render_claims(const Call& call, const nlohmann::json& result, const View& view);
std::string render_unblock(const Call& call, const nlohmann::json& result, const View& view);
std::string render_check(const Call& call, const nlohmann::json& result, const View& view);
std::string render_explain(const Call& call, const nlohmann::json& result, const View& view);
std::string render_flush(const Call& call, const nlohmann::json& result, const View& view);
std::string render_sync(const Call& call, const nlohmann::json& result, const View& view);
std::string render_confirm(const Call& call, const nlohmann::json& result, const View& view);
std::string render_stats(const Call& call, const nlohmann::json& result, const View& view);
std::string render_status(const Call& call, const nlohmann::json& result, const View& view);
std::string render_attach(const Call& call, const nlohmann::json& result, const View& view);
std::string render_detach(const Call& call, const nlohmann::json& result, const View& view);
std::string render_doctor(const Call& call, const nlohmann::json& result, const View& view);

}  // namespace xdpfwd::ctl
