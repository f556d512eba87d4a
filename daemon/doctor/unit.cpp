#include "daemon/doctor/unit.h"

#include <systemd/sd-bus.h>
#include <systemd/sd-daemon.h>

#include <algorithm>
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
using Message = std::unique_ptr<sd_bus_message, decltype(&sd_bus_message_unref)>;

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

  bool unit_flag(const char* name) const { return flag("org.freedesktop.systemd1.Unit", name); }
  bool flag(const char* name) const { return flag(service, name); }

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

  Filter filter(const char* name) const {
    sd_bus_message* reply = nullptr;
    checked(sd_bus_get_property(bus_.get(), manager, path_.get(), service, name, nullptr, &reply, "(bas)"));
    const Message owned(reply, &sd_bus_message_unref);
    int is_allow_list = 0;
    checked(sd_bus_message_enter_container(reply, 'r', "bas"));
    checked(sd_bus_message_read(reply, "b", &is_allow_list));
    Filter filter{.is_allow_list = is_allow_list != 0};
    checked(sd_bus_message_enter_container(reply, 'a', "s"));
    for (const char* item = nullptr; checked(sd_bus_message_read(reply, "s", &item)) > 0;)
      filter.names.emplace_back(item);
    return filter;
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

  bool flag(const char* interface, const char* name) const {
    int value = 0;
    checked(sd_bus_get_property_trivial(bus_.get(), manager, path_.get(), interface, name, nullptr, 'b', &value));
    return value != 0;
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

bool Filter::lets_through(const std::string& name) const {
  return (std::ranges::find(names, name) != names.end()) == is_allow_list;
}

std::optional<Unit> read_unit() {
  if (sd_booted() <= 0) return std::nullopt;
  const Properties properties;
  Unit unit{.load_state = properties.unit_text("LoadState"),
            .active_state = properties.unit_text("ActiveState"),
            .file_state = properties.unit_text("UnitFileState"),
            .is_outdated = properties.unit_flag("NeedDaemonReload"),
            .protect_system = properties.text("ProtectSystem"),
            .groups = properties.texts("SupplementaryGroups"),
            .most_memory = properties.number("MemoryMax"),
            .capabilities = properties.number("CapabilityBoundingSet"),
            .address_families = properties.filter("RestrictAddressFamilies"),
            .system_calls = properties.filter("SystemCallFilter"),
            .private_users = properties.flag("PrivateUsers"),
            .private_network = properties.flag("PrivateNetwork")};
  unit.groups.push_back(properties.text("Group"));
  for (const std::string& path : properties.texts("ReadWritePaths"))
    unit.writable.emplace_back(path.substr(path.find_first_not_of("-+")));
  for (const std::string& name : properties.texts("StateDirectory")) unit.writable.push_back("/var/lib/" + name);
  for (const std::string& name : properties.texts("RuntimeDirectory")) unit.writable.push_back("/run/" + name);
  return unit;
}

}  // namespace xdpfwd
