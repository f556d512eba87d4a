// What a mistyped word was probably meant to be.
#pragma once

#include <span>
#include <string_view>

namespace xdpfwd::ctl {

/// The candidate that `word` begins, or that is one or two typing errors away; empty where none is.
std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace xdpfwd::ctl
