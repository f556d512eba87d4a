// The interfaces to be filtered: attached when they are there, put back when they were made again, taken
// off when they are no longer wanted.
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "daemon/datapath/attached_program.h"
#include "daemon/datapath/attachment.h"
#include "daemon/datapath/generation.h"
#include "daemon/datapath/link_changes.h"
#include "daemon/datapath/retry_pause.h"
#include "daemon/log/log.h"

namespace xdpfwd {

/// One wanted interface, as `status` tells of it.
struct InterfaceStatus {
  enum class State : std::uint8_t { attached, waiting, refused };

  InterfaceSpec spec;
  State state = State::waiting;
  std::optional<AttachMode> mode;  // the one in force
  std::optional<Sharing> sharing;  // likewise
  std::string no_dispatcher;       // why it is exclusive, where a dispatcher was wanted and that was found out
  std::string error;               // why it is refused, or filtered though nobody wants that, and what to do
  std::string hint;
};

constexpr std::string_view to_string(InterfaceStatus::State state) {
  constexpr std::string_view words[]{"attached", "waiting", "refused"};
  return words[static_cast<std::size_t>(state)];
}

class Interfaces {
 public:
  /// Links are pinned as PIN_DIR/links/NAME.
  Interfaces(const std::filesystem::path& pin_dir, Log& log);

  /// Takes over what an earlier daemon left attached; in a dispatcher, what uses these maps. Call it once, before
  /// want(). Throws Error where something is in a dispatcher that cannot be read at present.
  void adopt(std::span<const std::uint32_t> maps = {});
  /// Throws Error where one of these that is attached cannot be replaced or taken off at present.
  void require_replaceable(const std::function<bool(const std::string& name)>& which) const;
  /// Puts the generation's program in the place of the older one wherever that is attached.
  void replace(Generation& generation);
  /// From now on these are wanted, and no others: takes the program off the rest. One that it does not come off stays
  /// in status(), is filtered by each generation, and is tried again the next time.
  void want(const std::vector<InterfaceSpec>& specs);
  /// Attaches whatever is wanted, there, and not filtered; cheap where there is nothing to do. Where
  /// something has happened to any, it asks what they are made of, and tries those again soon that are refused.
  void check(Generation& generation, const LinkChanges& changes = {});
  /// Whether all that are attached outlive the daemon.
  bool are_pinned() const;
  /// Has them do so again. Throws Error.
  void pin();
  /// How often the filter was put back where it was no longer in force.
  std::uint64_t restored() const { return restored_; }
  /// Takes the program off everything. Throws Error where it does not come off.
  void remove_all();

  std::vector<InterfaceStatus> status() const;
  bool is_wanted(const std::string& name) const { return interfaces_.contains(name); }

 private:
  struct Interface {
    InterfaceSpec spec = {};
    std::unique_ptr<Attachment> attachment = nullptr;
    std::vector<unsigned> ports = {};  // whose packets are its own
    std::string same_as = {};  // the name under which it is filtered, where another one of these is the same interface
    std::string no_dispatcher = {};
    std::string error = {};
    std::string hint = {};
    unsigned refused_index = 0;  // where it was refused last
    RetryPause pause = {};       // before it is tried there again
    bool lost = false;           // it was attached, and by nobody's wish is not
    bool unwanted = false;       // it is attached only because the program does not come off
  };

  void adopt(const std::string& name, std::unique_ptr<Attachment> attachment);
  void adopt_dispatched(unsigned index, std::span<const std::uint32_t> maps);
  bool hand_over(Interface& from);
  bool take_off(Interface& interface);
  void tell_what_stays(const Interface& interface);
  void replace(Interface& interface, const Generation& generation);
  void check(Interface& interface, Generation& generation, const LinkChanges& changes);
  void try_to_attach(Interface& interface, unsigned index, Generation& generation);
  bool is_in_force(Interface& interface, Generation& generation);
  void make_directory() const;
  void look_for_ports(Interface& interface);
  void count_packets_of(unsigned index, const Interface& interface, Generation& generation);
  std::string name_attached_to(unsigned index) const;
  bool is_attached_to(unsigned index) const { return !name_attached_to(index).empty(); }
  void attach(Interface& interface, unsigned index, Generation& generation);
  void report_attached(const Interface& interface, const std::string& fallback);
  std::filesystem::path pin_of(const std::string& name) const { return directory_ / pin_name(name); }

  std::filesystem::path directory_;
  Log& log_;
  std::map<std::string, Interface> interfaces_;
  std::uint64_t restored_ = 0;
};

}  // namespace xdpfwd
