// Metric families and their samples in a line each.
#pragma once

#include <prometheus/metric_family.h>

#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

#include "common/text.h"

namespace xdpfwd {

inline prometheus::MetricFamily gauge(std::string name, std::string help) {
  return {std::move(name), std::move(help), prometheus::MetricType::Gauge, {}};
}

inline prometheus::MetricFamily counter(std::string name, std::string help) {
  return {std::move(name), std::move(help), prometheus::MetricType::Counter, {}};
}

struct Label {
  const char* name;
  std::string_view value;  // any bytes; what is not UTF-8 would have Prometheus refuse the whole scrape
};

template <typename Number>
void add(prometheus::MetricFamily& family, std::initializer_list<Label> labels, Number value) {
  prometheus::ClientMetric& metric = family.metric.emplace_back();
  for (const auto& [name, text] : labels) metric.label.push_back({name, escaped(text)});
  (family.type == prometheus::MetricType::Counter ? metric.counter.value : metric.gauge.value) =
      static_cast<double>(value);
}

/// One with a single sample.
template <typename Number>
prometheus::MetricFamily with(prometheus::MetricFamily family, Number value) {
  add(family, {}, value);
  return family;
}

}  // namespace xdpfwd
