#include "daemon/doctor/unit.h"

#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>

#include <cstdlib>
#include <memory>

#include "common/error.h"

namespace xdpfwd {
namespace {

constexpr const char* unit_name = "xdpfwd.service";
constexpr std::uint64_t patience = 5'000'000;  // microseconds

struct Free {
  void operator()(char* text) const { free(text); }
};
using Text = std::unique_ptr<char, Free>;
using Bus = std::unique_ptr<sd_bus, decltype(&sd_bus_flush_close_unref)>;

int checked(int result) {
  if (result < 0) throw system_error("ask systemd for " + std::string(unit_name), -result, "systemctl status xdpfwd");
  return result;
}

/// Reads properties of the unit: those of every unit, or those of a service.
class Properties {
 public:
  Properties() : bus_(connect()) {
    char* path = nullptr;
    checked(sd_bus_path_encode("/org/freedesktop/systemd1/unit", unit_name, &path));
    path_.reset(path);
  }

  std::string unit_text(const char* name) const { return text("org.freedesktop.systemd1.Unit", name); }
  std::string text(const char* name) const { return text(service, name); }

  bool unit_flag(const char* name) const {
    int value = 0;
    checked(sd_bus_get_property_trivial(bus_.get(), manager, path_.get(), "org.freedesktop.systemd1.Unit", name,
                                        nullptr, 'b', &value));
    return value != 0;
  }

  std::uint64_t number(const char* name) const {
    std::uint64_t value = 0;
    checked(sd_bus_get_property_trivial(bus_.get(), manager, path_.get(), service, name, nullptr, 't', &value));
    return value;
  }

  std::vector<std::string> texts(const char* name) const {
    char** list = nullptr;
    checked(sd_bus_get_property_strv(bus_.get(), manager, path_.get(), service, name, nullptr, &list));
    std::vector<std::string> values;
    for (char** item = list; item != nullptr && *item != nullptr; ++item) values.emplace_back(Text(*item).get());
    free(list);
    return values;
  }

 private:
  static constexpr const char* manager = "org.freedesktop.systemd1";
  static constexpr const char* service = "org.freedesktop.systemd1.Service";

  static Bus connect() {
    sd_bus* bus = nullptr;
    checked(sd_bus_open_system(&bus));
    sd_bus_set_method_call_timeout(bus, patience);
    return {bus, &sd_bus_flush_close_unref};
  }

  std::string text(const char* interface, const char* name) const {
    char* value = nullptr;
    checked(sd_bus_get_property_string(bus_.get(), manager, path_.get(), interface, name, nullptr, &value));
    return Text(value).get();
  }

  Bus bus_;
  Text path_;
};

}  // namespace

std::optional<Unit> read_unit() {
  if (sd_booted() <= 0) return std::nullopt;
  const Properties properties;
  Unit unit{.load_state = properties.unit_text("LoadState"),
            .active_state = properties.unit_text("ActiveState"),
            .file_state = properties.unit_text("UnitFileState"),
            .is_outdated = properties.unit_flag("NeedDaemonReload"),
            .protect_system = properties.text("ProtectSystem"),
            .groups = properties.texts("SupplementaryGroups"),
            .most_memory = properties.number("MemoryMax")};
  unit.groups.push_back(properties.text("Group"));
  for (const std::string& path : properties.texts("ReadWritePaths"))
    unit.writable.emplace_back(path.substr(path.find_first_not_of("-+")));
  for (const std::string& name : properties.texts("StateDirectory")) unit.writable.push_back("/var/lib/" + name);
  for (const std::string& name : properties.texts("RuntimeDirectory")) unit.writable.push_back("/run/" + name);
  return unit;
}

}  // namespace xdpfwd
