#include "daemon/metrics/pages.h"

#include <prometheus/text_serializer.h>

#include <array>
#include <functional>
#include <string_view>

#include "common/version.h"
#include "daemon/health/health.h"
#include "daemon/metrics/collect.h"

namespace xdpfwd {
namespace {

namespace http = boost::beast::http;

// https://github.com/prometheus/docs/blob/main/content/docs/instrumenting/exposition_formats.md
constexpr const char* exposition_format = "text/plain; version=0.0.4; charset=utf-8";
constexpr const char* plain_text = "text/plain; charset=utf-8";

struct Page {
  http::status status;
  std::string text;
  const char* type = plain_text;
};

Page index(const Firewall&, const Lists&) {
  return {http::status::ok, "xdpfwd " + std::string(version) +
                                "\n\n/metrics   what Prometheus reads\n"
                                "/healthz   ok, degraded or open\n"};
}

Page metrics(const Firewall& firewall, const Lists& lists) {
  return {http::status::ok, prometheus::TextSerializer().Serialize(collect(firewall, lists)), exposition_format};
}

/// A failure to those who look at the status alone only where packets pass that should not: a load balancer is not to
/// take a machine away because one of its lists is old.
Page healthz(const Firewall& firewall, const Lists& lists) {
  const Health health = health_of(firewall, lists);
  Page page{health.state == Health::State::open ? http::status::service_unavailable : http::status::ok,
            std::string(to_string(health.state)) + "\n"};
  for (const Health::Reason& reason : health.reasons) page.text += reason.message + "\n  hint: " + reason.hint + "\n";
  return page;
}

struct Row {
  std::string_view path;
  Page (*page)(const Firewall&, const Lists&);
};
constexpr std::array rows{Row{"/", index}, Row{"/metrics", metrics}, Row{"/healthz", healthz}};

Page not_found() { return {http::status::not_found, "not found: the pages here are / /metrics /healthz\n"}; }

Page page_of(std::string_view path, const Firewall& firewall, const Lists& lists) try {
  const auto row = std::ranges::find(rows, path, &Row::path);
  return row == rows.end() ? not_found() : row->page(firewall, lists);
} catch (const std::exception& exception) {
  return {http::status::internal_server_error, std::string(exception.what()) + "\n"};
}

HttpResponse response_of(Page page, unsigned version_of_http) {
  HttpResponse response(page.status, version_of_http, std::move(page.text));
  response.set(http::field::content_type, page.type);
  response.content_length(response.body().size());
  return response;
}

}  // namespace

HttpResponse answer_to(const HttpRequest& request, const Firewall& firewall, const Lists& lists) {
  const bool head = request.method() == http::verb::head;
  const bool known = head || request.method() == http::verb::get;
  const std::string_view target(request.target().data(), request.target().size());
  HttpResponse response =
      response_of(known ? page_of(target.substr(0, target.find('?')), firewall, lists)
                        : Page{http::status::method_not_allowed, "only GET and HEAD are answered\n"},
                  request.version());
  if (!known) response.set(http::field::allow, "GET, HEAD");
  if (head) response.body().clear();  // its length stays told (RFC 9110, section 9.3.2)
  response.keep_alive(request.keep_alive());
  return response;
}

HttpResponse refusal(http::status status) {
  const auto reason = http::obsolete_reason(status);
  HttpResponse response = response_of({status, std::string(reason.data(), reason.size()) + "\n"}, 11);
  response.keep_alive(false);
  return response;
}

}  // namespace xdpfwd
