#include "tests/integration/journal.h"

#include <sys/mount.h>
#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <cstdint>
#include <cstring>
#include <stdexcept>

namespace xdpfwd::harness {
namespace {

namespace fs = std::filesystem;

constexpr const char* place = "/run/systemd";

}  // namespace

JournalEntry parse_journal_entry(const std::string& datagram) {
  JournalEntry entry;
  std::size_t at = 0;
  const auto take = [&](std::size_t size) {
    if (datagram.size() - at < size) throw std::runtime_error("a journal entry ends too soon");
    at += size;
    return datagram.substr(at - size, size);
  };
  while (at < datagram.size()) {
    const std::string line = take(datagram.find('\n', at) - at);
    take(1);
    if (const std::size_t equals = line.find('='); equals != line.npos) {
      entry[line.substr(0, equals)] = line.substr(equals + 1);
      continue;
    }
    std::uint64_t size = 0;  // little endian, as this machine
    std::memcpy(&size, take(sizeof size).data(), sizeof size);
    entry[line] = take(size);
    take(1);
  }
  return entry;
}

JournalPlace::JournalPlace() {
  fs::create_directories(place);
  if (mount("tmpfs", place, "tmpfs", 0, "mode=0755") != 0) throw std::runtime_error("mount a place for the journal");
  fs::create_directory(fs::path(address).parent_path());
}

JournalPlace::~JournalPlace() { umount2(place, MNT_DETACH); }

JournalFixture::JournalFixture() : journal_(JournalPlace::address) {
  write_file(log_file(), "");
  struct stat error_stream {};
  stat(log_file().c_str(), &error_stream);
  daemon_environment = {"JOURNAL_STREAM=" + std::to_string(error_stream.st_dev) + ":" +
                        std::to_string(error_stream.st_ino)};
}

JournalEntry JournalFixture::next() const {
  const std::string datagram = journal_.next();
  if (datagram.empty()) throw std::runtime_error("no message came");
  return parse_journal_entry(datagram);
}

JournalEntry JournalFixture::next(Message kind) const {
  INFO("waiting for a message of the kind " << name_of(kind));
  for (;;) {
    JournalEntry entry = next();
    if (entry["MESSAGE_ID"] == id_of(kind).value) return entry;
  }
}

void check_fields(const JournalEntry& entry, const JournalEntry& wanted) {
  for (const auto& [name, value] : wanted) {
    CAPTURE(name);
    REQUIRE(entry.contains(name));
    CHECK(entry.at(name) == value);
  }
}

}  // namespace xdpfwd::harness
