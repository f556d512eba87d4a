// The program in libxdp's dispatcher, beside other XDP programs.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "daemon/datapath/attachment.h"
#include "daemon/datapath/dispatcher.h"
#include "daemon/datapath/dispatcher_pins.h"

namespace xdpfwd {

/// The dispatcher is attached as libxdp does it: unlike a link, anybody with CAP_NET_ADMIN can take it off, and only
/// in_force() finds that out.
class DispatcherAttachment : public Attachment {
 public:
  /// Joins the dispatcher there, in its mode, or makes one; whatever else of ours is in it goes. `automatic` falls back
  /// from native to generic where there is none yet, and tells why in `fallback`. Throws Error.
  static std::unique_ptr<Attachment> attach(const InterfaceSpec& spec, unsigned index, const Hook& hook,
                                            const Generation& generation, std::string& fallback);
  /// Takes over a program there that uses one of these maps; null where there is none, and then what was left behind of
  /// one goes. `name` is the interface's. Throws Error where it cannot be told.
  static std::unique_ptr<Attachment> adopt(const std::string& name, unsigned index,
                                           std::span<const std::uint32_t> maps);

  /// Adds the next program before it takes the present one away, so for some milliseconds both run.
  void replace(const Generation& next, std::uint32_t priority) override;
  void require_replaceable() const override { wait_for_libxdp_lock(); }
  bool in_force(const Generation& generation) override;
  void rename(const std::string& name, const std::filesystem::path&) override { name_ = name; }
  void remove() override;
  Sharing sharing() const override { return Sharing::dispatcher; }
  std::optional<std::uint32_t> priority() const override { return priority_; }
  std::string order() const override { return order_; }
  unsigned interface_index() const override { return index_; }
  AttachMode mode() const override { return mode_; }

 private:
  DispatcherAttachment(std::string name, unsigned index, AttachMode mode)
      : name_(std::move(name)), index_(index), mode_(mode) {}
  bool look();

  std::string name_;  // for what is told
  unsigned index_;
  AttachMode mode_;
  std::uint32_t priority_ = 0;
  std::uint32_t program_ = 0;     // of ours, its id
  std::uint32_t map_ = 0;         // that it uses, see Generation::statistics_map
  std::uint32_t dispatcher_ = 0;  // that it was found in
  std::filesystem::path link_;    // where libxdp has pinned what makes the dispatcher call it
  std::string order_;
};

}  // namespace xdpfwd
