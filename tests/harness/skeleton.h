// A BPF object of the tests: opened, given its sizes, loaded, and gone with this.
#pragma once

#include <bpf/libbpf.h>

#include <cerrno>
#include <memory>
#include <stdexcept>
#include <string>
#include <system_error>

namespace xdpfwd::harness {

template <typename Object>
using Skeleton = std::unique_ptr<Object, void (*)(Object*)>;

/// `set_sizes` is called with the opened object, before it is loaded. Throws std::system_error.
template <typename Object, typename Function>
Skeleton<Object> load(Function&& set_sizes) {
  Skeleton<Object> object(Object::open(), &Object::destroy);
  if (!object) throw std::system_error(errno, std::generic_category(), "open a BPF object");
  set_sizes(*object);
  if (const int result = Object::load(object.get()); result != 0)
    throw std::system_error(-result, std::generic_category(), "load a BPF object");
  return object;
}

}  // namespace xdpfwd::harness
