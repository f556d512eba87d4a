// Everything that can stand behind an interface and drop, ready to be switched on one after the other.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "tests/bench/address_list.h"
#include "tests/bench/report.h"
#include "tests/bench/wire.h"

namespace xdpfwd::bench {

struct Filter {
  std::string name;
  std::size_t entries;
  std::shared_ptr<const Flow> flow;  // of its own list; none: it drops everything
  std::function<void()> enable;
  std::function<void()> disable;
};

/// Loads the list into all that are to be had; the first of them drops everything. For the others, which are told by
/// name and reason, `skip` is called.
std::vector<Filter> make_filters(const Wire& wire, const AddressList& list, std::size_t sources,
                                 const std::function<void(const std::string&, const std::string&)>& skip);

}  // namespace xdpfwd::bench
