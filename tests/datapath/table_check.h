// The invariants of the tables, looked at word by word in the maps that packets read.
#pragma once

#include <string>

#include "daemon/datapath/tables.h"

namespace xdpfwd {

/// What is wrong with the tables, or nothing, and how often each form of the IPv4 table was met. That the right
/// owner is found is for others to tell.
struct Findings {
  std::string fault;
  std::size_t whole_roots = 0;
  std::size_t intervals = 0;
  std::size_t lists = 0;
  std::size_t tables = 0;

  /// Adds up how often the forms were met.
  Findings& operator+=(const Findings& other) {
    whole_roots += other.whole_roots;
    intervals += other.intervals;
    lists += other.lists;
    tables += other.tables;
    return *this;
  }
};

Findings look_through(const Tables& tables);

}  // namespace xdpfwd
