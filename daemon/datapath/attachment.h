// One interface with the program on it. How it is shared with other XDP programs is the business of the
// class derived: here one that has the interface to itself, in dispatcher_attachment.h one that shares it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "daemon/datapath/fd.h"
#include "daemon/datapath/interface_spec.h"

namespace xdpfwd {

class Generation;

/// Its destruction leaves the filter in force; only remove() takes it off.
class Attachment {
 public:
  virtual ~Attachment() = default;

  /// Puts the generation's program in the place of the present one, without a moment in which there is none; `priority`
  /// is for an interface that is shared. Throws Error.
  virtual void replace(const Generation& next, std::uint32_t priority) = 0;
  /// Throws Error where somebody else keeps it from being replaced or removed at present.
  virtual void require_replaceable() const {}
  /// False where somebody else took the generation's program off or put another one in its place.
  virtual bool in_force(const Generation& generation) = 0;
  /// Whether it outlives the daemon.
  virtual bool is_pinned() const { return true; }
  /// Has it do so again. Throws Error.
  virtual void pin() {}
  /// It goes by another name of the same interface from now on. `pin` is for a link.
  virtual void rename(const std::string& name, const std::filesystem::path& pin) = 0;
  /// Throws Error where it is in force still.
  virtual void remove() = 0;
  /// Never `automatic`.
  virtual Sharing sharing() const = 0;
  /// Nothing where nobody comes before or after it.
  virtual std::optional<std::uint32_t> priority() const { return std::nullopt; }
  /// The programs that share it, as `xdpfwd (5), xdpfilt_alw_ip (10)`, in the order in which they run; empty likewise.
  virtual std::string order() const { return {}; }
  /// As of the last in_force(): in another network namespace an interface may have another one.
  virtual unsigned interface_index() const = 0;
  /// Never `automatic`.
  virtual AttachMode mode() const = 0;
};

/// A bpf_link that is pinned, so that nothing but removing the pin takes the program off: neither
/// the end of the daemon nor `ip link set ... xdp off`.
class ExclusiveAttachment : public Attachment {
 public:
  /// Attaches, and pins the link where it can: a filter that would end with the daemon is better than none. `automatic`
  /// falls back from native to generic, and tells why in `fallback`. Throws Error: refused where a foreign program is
  /// there, which stays untouched.
  static std::unique_ptr<Attachment> attach(const InterfaceSpec& spec, unsigned index, int program,
                                            const std::filesystem::path& pin, std::string& fallback);
  /// Takes over the link pinned there; null where there is none, or where its interface is gone (then the pin is
  /// removed).
  static std::unique_ptr<Attachment> adopt(const std::filesystem::path& pin);

  void replace(const Generation& next, std::uint32_t priority) override;
  bool in_force(const Generation& generation) override;
  bool is_pinned() const override;
  void pin() override;
  void rename(const std::string& name, const std::filesystem::path& pin) override;
  void remove() override;
  Sharing sharing() const override { return Sharing::exclusive; }
  unsigned interface_index() const override { return index_; }
  AttachMode mode() const override { return mode_; }

 private:
  ExclusiveAttachment(Fd link, unsigned index, AttachMode mode, std::filesystem::path pin)
      : link_(std::move(link)), index_(index), mode_(mode), pin_(std::move(pin)) {}

  Fd link_;
  unsigned index_;
  AttachMode mode_;
  std::filesystem::path pin_;
};

}  // namespace xdpfwd
