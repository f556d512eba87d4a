// The real fail2ban bans and unbans with the action that comes with xdpfwd.
#include <fcntl.h>

#include <catch2/catch.hpp>
#include <csignal>
#include <cstdlib>
#include <ctime>

#include "tests/harness/requirements.h"
#include "tests/integration/fixture.h"

using namespace xdpfwd;
using namespace xdpfwd::harness;

namespace {

namespace fs = std::filesystem;

constexpr const char* banned = "192.0.2.7";
constexpr int time_to_live = 600;  // fail2ban's default

/// Where fail2ban is: /usr, or where tests/run.sh has unpacked it.
fs::path root_of_fail2ban() {
  const char* path = std::getenv("PATH");  // a program that is run has a PATH of its own
  const std::string found = run({.words = {"sh", "-c", "PATH=$1 && command -v fail2ban-server", "sh", path}}).out;
  require(!found.empty(), "needs fail2ban-server, of Debian's package fail2ban");
  return fs::path(found).parent_path().parent_path();
}

/// A daemon, and a fail2ban with one jail, `probe`, that bans who is twice in its log.
class Fail2ban : public Fixture {
 public:
  Fail2ban() {
    const fs::path etc = root_.parent_path() / "etc" / "fail2ban";
    fs::copy(fs::exists(etc) ? etc : "/etc/fail2ban", config_, fs::copy_options::recursive);
    fs::remove_all(config_ / "jail.d");
    fs::copy(XDPFWD_SOURCE_DIR "/packaging/fail2ban/xdpfwd.conf", config_ / "action.d" / "xdpfwd.conf",
             fs::copy_options::overwrite_existing);
    write_file(config_ / "fail2ban.local", "[Definition]\ndbfile = None\nlogtarget = STDOUT\n");
    write_file(config_ / "filter.d" / "probe.conf",
               "[Definition]\nfailregex = ^failed from <HOST>$\ndatepattern = {NONE}\n");
    write_file(config_ / "jail.local",
               "[DEFAULT]\nbanaction = xdpfwd\nbackend = polling\n"
               "[probe]\nenabled = true\nmaxretry = 2\nlogpath = " +
                   log_file_.string() + "\n");
    write_file(log_file_, "");
    fs::create_directory(path() / "bin");
    write_file(path() / "bin" / "xdpfwctl",
               "#!/bin/sh\nexec " + (path() / "xdpfwctl").string() + " --socket " + socket().string() + " \"$@\"\n");
    fs::permissions(path() / "bin" / "xdpfwctl", fs::perms::owner_all);
    start_daemon();
    const Fd out(open((path() / "fail2ban.log").c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600));
    server_.emplace(program("fail2ban-server", {"-f", "start"}), out.get(), out.get(), out.get());
  }

  std::string said() const { return read_file(path() / "fail2ban.log"); }
  void fail(const std::string& address) const {
    write_file(log_file_, "failed from " + address + "\nfailed from " + address + "\n");
  }
  Outcome ask(const Strings& words) const { return run(program("fail2ban-client", words)); }
  void stop() {
    server_->signal(SIGTERM);
    CHECK(server_->wait(std::chrono::seconds(30)) == 0);
  }

 private:
  Program program(const std::string& name, const Strings& more) const {
    Strings words{"sh",
                  "-c",
                  "PATH=$0:$PATH exec /usr/bin/python3 \"$@\"",
                  path() / "bin",
                  root_ / "bin" / name,
                  "-c",
                  config_,
                  "-s",
                  path() / "fail2ban.sock",
                  "-p",
                  path() / "fail2ban.pid"};
    words.insert(words.end(), more.begin(), more.end());
    return {
        .words = words,
        .environment = {"PYTHONPATH=" + (root_ / "lib/python3/dist-packages").string(), "PYTHONDONTWRITEBYTECODE=1"}};
  }

  fs::path root_ = root_of_fail2ban();
  fs::path config_ = path() / "fail2ban";
  fs::path log_file_ = path() / "auth.log";
  std::optional<Process> server_;
};

}  // namespace

TEST_CASE("fail2ban bans and unbans with the action that comes with xdpfwd") {
  Fail2ban fail2ban;
  const auto claims = [&](const std::string& address) {
    const nlohmann::json entry = fail2ban.entry(address);
    return entry.is_null() ? nlohmann::json::array() : entry["claims"];
  };
  INFO(fail2ban.said());
  REQUIRE(eventually([&] { return fail2ban.said().find("Server ready") != std::string::npos; }));
  fail2ban.fail(banned);
  REQUIRE(eventually([&] { return !claims(banned).empty(); }));
  CHECK(claims(banned)[0]["source"] == "fail2ban/probe");
  CHECK(claims(banned)[0]["action"] == "drop");
  CHECK(std::abs(claims(banned)[0]["until"].get<std::int64_t>() - (std::time(nullptr) + time_to_live)) < 60);
  CHECK(fail2ban.ask({"set", "probe", "unbanip", banned}).status == 0);
  CHECK(eventually([&] { return claims(banned).empty(); }));

  CHECK(fail2ban.ask({"set", "probe", "bantime", "-1"}).status == 0);
  CHECK(fail2ban.ask({"set", "probe", "banip", "2001:db8::1"}).status == 0);
  REQUIRE(eventually([&] { return !claims("2001:db8::1").empty(); }));
  CHECK(claims("2001:db8::1")[0]["until"].is_null());

  fail2ban.Sandbox::ask({"block", "2001:db8::1"});
  fail2ban.stop();
  REQUIRE(claims("2001:db8::1").size() == 1);
  CHECK(claims("2001:db8::1")[0]["source"] == "cli");
}
