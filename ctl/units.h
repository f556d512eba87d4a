// Numbers and times as people read them. No locale: the output is the same everywhere.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace xdpfwd::ctl {

/// `1,008 B`, `1.2 MiB`
std::string bytes_text(std::uint64_t bytes);
/// At most four characters, cut off: `999`, `9999`, `12k`, `1.2M`. Thousands, not 1,024s.
std::string scaled(std::uint64_t number);
/// How long ago a time (Unix seconds) was, in one unit: `now`, `45s ago`, `2m ago`.
std::string age_text(std::int64_t since, std::int64_t now);
/// How long it is until then: `in 1h30m`, or `now` where it has passed.
std::string until_text(std::int64_t until, std::int64_t now);
/// Local time: `14:03:22` where it is today, otherwise `2025-11-24 14:03:22`.
std::string clock_text(std::int64_t time, std::int64_t now);

}  // namespace xdpfwd::ctl
