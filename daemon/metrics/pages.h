// What is answered to whom asks over HTTP: /metrics, /healthz, and a page that names the two.
#pragma once

#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>

#include "daemon/firewall/firewall.h"
#include "daemon/lists/lists.h"

namespace xdpfwd {

// Whatever body it has is never read.
using HttpRequest = boost::beast::http::request<boost::beast::http::empty_body>;
using HttpResponse = boost::beast::http::response<boost::beast::http::string_body>;

/// Never throws: what goes wrong becomes an answer of the 500s.
HttpResponse answer_to(const HttpRequest& request, const Firewall& firewall, const Lists& lists);

/// For a request that could not be read.
HttpResponse refusal(boost::beast::http::status status);

}  // namespace xdpfwd
