// What is said of one packet, for an answer about an address and for the lines about many frames.
#pragma once

#include <nlohmann/json.hpp>
#include <string>

#include "ctl/style.h"

namespace xdpfwd::ctl {

// Of one of the results of the method `explain`.

/// `dropped` -> drop, as the word for what is done.
std::string verdict_word(const nlohmann::json& result);
Color verdict_color(const nlohmann::json& result);
/// The sources whose claims decide, as `spamhaus, cli`.
std::string deciding_sources(const nlohmann::json& result);
/// A line that asks for a report where the kernel and the list disagree; otherwise nothing.
std::string disagreement_text(const nlohmann::json& result, bool color);

}  // namespace xdpfwd::ctl
