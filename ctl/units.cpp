#include "ctl/units.h"

#include <array>
#include <chrono>
#include <cstdio>
#include <ctime>

#include "common/text.h"

namespace xdpfwd::ctl {

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array units{"KiB", "MiB", "GiB", "TiB", "PiB", "EiB"};
  if (bytes < 1024) return std::to_string(bytes) + " B";
  double value = static_cast<double>(bytes) / 1024;
  std::size_t unit = 0;
  // 1023.95 and more would be shown as 1024.0 of the smaller unit.
  for (; value >= 1023.95 && unit + 1 < units.size(); ++unit) value /= 1024;
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.1f %s", value, units[unit]);
  return text.data();
}

std::string scaled(std::uint64_t number) {
  if (number < 10'000) return std::to_string(number);
  constexpr std::string_view letters = "kMGTPE";
  std::size_t letter = 0;
  std::uint64_t tenths = number / 100;
  for (; tenths >= 10'000; ++letter) tenths /= 1000;
  std::string text = std::to_string(tenths / 10);
  if (tenths < 100) text += '.' + std::to_string(tenths % 10);
  return text + letters[letter];
}

std::string age_text(std::int64_t since, std::int64_t now) {
  const std::int64_t age = now - since;
  if (age < 1) return "now";
  const std::int64_t unit = age >= 86400 ? 86400 : age >= 3600 ? 3600 : age >= 60 ? 60 : 1;
  return format_duration(std::chrono::seconds(age - age % unit)) + " ago";
}

std::string until_text(std::int64_t until, std::int64_t now) {
  if (until <= now) return "now";
  return "in " + format_duration(std::chrono::seconds(until - now));
}

std::string clock_text(std::int64_t time, std::int64_t now) {
  const auto local = [](std::int64_t seconds) {
    const std::time_t value = seconds;
    std::tm broken_down{};
    localtime_r(&value, &broken_down);
    return broken_down;
  };
  const std::tm then = local(time);
  const std::tm today = local(now);
  const bool is_today = then.tm_year == today.tm_year && then.tm_yday == today.tm_yday;
  std::array<char, 64> text{};
  const std::size_t size = std::strftime(text.data(), text.size(), is_today ? "%H:%M:%S" : "%Y-%m-%d %H:%M:%S", &then);
  return {text.data(), size};
}

}  // namespace xdpfwd::ctl
