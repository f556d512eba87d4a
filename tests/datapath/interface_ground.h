// Interfaces that are wanted, a program for them, and a network to have them in.
#pragma once

#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "daemon/datapath/interfaces.h"
#include "tests/datapath/captured_log.h"
#include "tests/datapath/foreign_program.h"
#include "tests/datapath/loaded_program.h"
#include "tests/datapath/private_network.h"

namespace xdpfwd {

struct InterfaceGround {
  PrivateNetwork network;
  LoadedProgram program;
  CapturedLog captured;
  Log log;
  Interfaces interfaces{program.pin_dir(), log};

  void want(const std::string& name, AttachMode mode = AttachMode::automatic) { interfaces.want({{name, mode}}); }
  void check() { interfaces.check(program.generation()); }
  InterfaceStatus status() {
    REQUIRE(interfaces.status().size() == 1);
    return interfaces.status()[0];
  }
  bool filtered(const std::string& name) { return program_on(index_of(name)) == program.generation().program_id(); }
  std::filesystem::path pin_of(const std::string& name) { return program.pin_dir() / "links" / name; }
};

}  // namespace xdpfwd
