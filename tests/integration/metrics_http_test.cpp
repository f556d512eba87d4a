// The way to the metrics: HTTP as it should be and as it should not, and clients that take their time.
#include <catch2/catch.hpp>

#include "tests/harness/http_client.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;
using Catch::Matchers::Contains;

namespace {

constexpr std::size_t most_connections = 16;

struct Http {
  Fixture sandbox;

  explicit Http(const std::string& listen = "127.0.0.1:9415") {
    sandbox.config["metrics"]["listen"] = listen;
    sandbox.start_daemon();
  }

  HttpClient client() const { return {sandbox.network().guarded(), "127.0.0.1", 9415}; }
  HttpAnswer answer(const std::string& request, bool has_body = true) const {
    HttpClient one = client();
    one.send(request);
    return one.receive(has_body);
  }
};

}  // namespace

TEST_CASE_METHOD(Http, "a page has its type, and HEAD tells of it without sending it") {
  HttpClient one = client();
  const HttpAnswer index = one.get("/");
  CHECK(index.status == 200);
  for (const char* path : {"/metrics", "/healthz"}) CHECK_THAT(index.body, Contains(path));
  const HttpAnswer metrics = one.get("/metrics?name[]=any");
  CHECK(metrics.status == 200);
  CHECK(metrics.headers.at("Content-Type") == "text/plain; version=0.0.4; charset=utf-8");
  one.send("HEAD / HTTP/1.1\r\n\r\n");
  const HttpAnswer head = one.receive(false);
  CHECK(head.status == 200);
  CHECK(head.headers.at("Content-Length") == std::to_string(index.body.size()));
  CHECK(one.get("/").body == index.body);  // nothing came between
}

TEST_CASE_METHOD(Http, "what is not there, or not to be done, is told") {
  HttpClient one = client();
  for (const char* path : {"/x", "/metrics/", "//metrics", "/../metrics"}) {
    CAPTURE(path);
    CHECK(one.get(path).status == 404);
  }
  for (const char* method : {"PUT", "DELETE", "OPTIONS", "BREW"}) {
    CAPTURE(method);
    one.send(std::string(method) + " /metrics HTTP/1.1\r\n\r\n");
    const HttpAnswer refused = one.receive();
    CHECK(refused.status == 405);
    CHECK(refused.headers.at("Allow") == "GET, HEAD");
  }
  CHECK(one.get("/metrics").status == 200);
}

TEST_CASE_METHOD(Http, "a body is not read, and ends the connection") {
  for (const char* head : {"Content-Length: 3", "Content-Length: 99999999999", "Transfer-Encoding: chunked"}) {
    CAPTURE(head);
    HttpClient one = client();
    one.send(std::string("POST /metrics HTTP/1.1\r\n") + head + "\r\n\r\n3\r\nabc\r\n0\r\n\r\n");
    CHECK(one.receive().status == 405);
    CHECK(one.is_ended());
  }
}

TEST_CASE_METHOD(Http, "garbage is refused, and harms nobody") {
  using namespace std::string_literals;
  const Strings garbage{"garbage\r\n\r\n",
                        "GET\r\n\r\n",
                        "GET / HTTP/9.9\r\n\r\n",
                        "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n"s,  // TLS
                        "GET / HTTP/1.1\r\n: x\r\n\r\n",
                        "GET / HTTP/1.1\r\nContent-Length: -1\r\n\r\n"};
  for (const std::string& sent : garbage) {
    CAPTURE(sent);
    HttpClient one = client();
    one.send(sent);
    CHECK(one.receive().status == 400);
    CHECK(one.is_ended());
  }
  const std::string long_header = "GET / HTTP/1.1\r\nX: " + std::string(9000, 'x') + "\r\n\r\n";
  CHECK(answer(long_header).status == 431);
  CHECK(answer("GET / HTTP/1.1\r\nX: " + std::string(7000, 'x') + "\r\n\r\n").status == 200);
}

TEST_CASE_METHOD(Http, "a connection serves one request after another, as its client asks") {
  HttpClient one = client();
  for (int round = 0; round < 3; ++round) CHECK(one.get("/metrics").status == 200);
  one.send("GET / HTTP/1.1\r\n\r\nGET /x HTTP/1.1\r\n\r\nGET / HTTP/1.1\r\nConnection: close\r\n\r\n");
  for (const int status : {200, 404, 200}) CHECK(one.receive().status == status);
  CHECK(one.is_ended());
  HttpClient old = client();
  old.send("GET / HTTP/1.0\r\n\r\n");
  CHECK(old.receive().status == 200);
  CHECK(old.is_ended());
}

TEST_CASE_METHOD(Http, "clients that take their time hold up nobody else, and are left after a while") {
  HttpClient slow = client();
  slow.send("GET /metr");
  HttpClient silent = client();
  HttpClient other = client();
  CHECK(other.get("/metrics").status == 200);
  CHECK(client().get("/metrics").status == 200);
  CHECK(sandbox.ctl({"ping"}).status == 0);
  CHECK(slow.is_ended());
  CHECK(silent.is_ended());
  CHECK(other.get("/metrics").status == 200);  // that one only waits for its next scrape
}

TEST_CASE_METHOD(Http, "only so many connect at once, and whoever asks is not kept out by those who do not") {
  std::vector<HttpClient> clients;
  for (std::size_t count = 0; count < most_connections; ++count)
    CHECK(clients.emplace_back(client()).get("/").status == 200);
  CHECK(clients.front().get("/").status == 200);  // so the second one has waited for the longest
  HttpClient asking = client();
  CHECK(asking.get("/metrics").status == 200);
  CHECK(clients[1].is_ended());
  CHECK(clients.front().get("/").status == 200);
  for (int turn = 0; turn < 2; ++turn) CHECK(client().get("/metrics").status == 200);
  const std::string log = sandbox.log();
  const std::size_t told = log.find("more than 16 connections at once");
  REQUIRE(told != log.npos);
  CHECK(log.find("more than 16 connections at once", told + 1) == log.npos);
  CHECK(sandbox.stop_daemon() == 0);  // with all of them connected
  for (HttpClient& one : clients) CHECK(one.is_ended());
}
