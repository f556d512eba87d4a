#include "daemon/metrics/metrics_server.h"

#include <utility>

#include "common/error.h"
#include "daemon/log/messages.h"

namespace xdpfwd {

MetricsServer::~MetricsServer() {
  if (listener_) listener_->close();
}

void MetricsServer::tend() {
  const Config& config = firewall_.config();
  if (listener_ || !config.metrics.listen) return;
  try {
    adopt(std::make_shared<Listener>(io_, *config.metrics.listen, config.control.admin_group, log_));
  } catch (const Error& error) {
    if (failure_ != error.what())
      log_.error(with_hint(error) + "; it is tried again", {id_of(Message::fault)});
    failure_ = error.what();
  }
}

std::shared_ptr<Listener> MetricsServer::prepare(const Config& next) const {
  if (next.metrics == firewall_.config().metrics) return listener_;
  if (!next.metrics.listen) return nullptr;
  return std::make_shared<Listener>(io_, *next.metrics.listen, next.control.admin_group, log_);
}

void MetricsServer::adopt(std::shared_ptr<Listener> next) {
  if (next == listener_) {
    if (listener_) listener_->admit(firewall_.config().control.admin_group);
    return;
  }
  if (listener_) listener_->close();
  listener_ = std::move(next);
  failure_.clear();
  if (!listener_) return log_.info("metrics are no longer served");
  log_.info("metrics are served on " + to_string(*firewall_.config().metrics.listen));
  listener_->serve([this](const HttpRequest& request) { return answer_to(request, firewall_, lists_); });
}

}  // namespace xdpfwd
