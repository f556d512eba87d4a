// The journal's end of what the daemon logs: its socket, in a place of the test's own, and the messages that come.
#pragma once

#include <filesystem>
#include <map>
#include <string>

#include "daemon/log/messages.h"
#include "tests/harness/datagram_socket.h"
#include "tests/integration/fixture.h"

namespace xdpfwd::harness {

/// The fields of a message by their names.
using JournalEntry = std::map<std::string, std::string>;

/// Reads the native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL). Throws std::runtime_error.
JournalEntry parse_journal_entry(const std::string& datagram);

/// A file system over /run/systemd that only this test and the daemons that it starts can see.
class JournalPlace {
 public:
  JournalPlace();
  ~JournalPlace();
  JournalPlace(const JournalPlace&) = delete;
  JournalPlace& operator=(const JournalPlace&) = delete;
  static constexpr const char* address = "/run/systemd/journal/socket";
};

/// Starts daemons whose standard error is connected to the journal, as far as they can tell.
class JournalFixture : public Fixture, JournalPlace {
 public:
  JournalFixture();

  /// The next message. Throws std::runtime_error where none comes.
  JournalEntry next() const;
  /// The next one of this kind; what comes before it is passed over. Throws std::runtime_error where none comes.
  JournalEntry next(Message kind) const;

 private:
  DatagramSocket journal_;
};

/// Fails the test unless the entry has every field of the map, with its value.
void check_fields(const JournalEntry& entry, const JournalEntry& wanted);

}  // namespace xdpfwd::harness
