// A BPF array map in our address space: packets see what is stored here, without a system call.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>

#include "daemon/datapath/fd.h"

namespace xdpfwd {

/// An array map of MMAPABLE values, which are multiples of eight bytes. Throws Error where it is not.
class MappedMemory {
 public:
  MappedMemory(Fd map, std::size_t value_size);
  MappedMemory(MappedMemory&& other) noexcept
      : map_(std::move(other.map_)),
        memory_(std::exchange(other.memory_, nullptr)),
        size_(std::exchange(other.size_, 0)),
        value_size_(other.value_size_) {}
  MappedMemory& operator=(MappedMemory&& other) noexcept {
    std::swap(map_, other.map_);
    std::swap(memory_, other.memory_);
    std::swap(size_, other.size_);
    std::swap(value_size_, other.value_size_);
    return *this;
  }
  ~MappedMemory();

  int fd() const { return map_.get(); }
  void* memory() const { return memory_; }
  /// In values.
  std::size_t size() const { return size_; }

 private:
  Fd map_;
  void* memory_ = nullptr;
  std::size_t size_ = 0;
  std::size_t value_size_;
};

template <typename Value>
class MappedArray {
 public:
  explicit MappedArray(Fd map) : memory_(std::move(map), sizeof(Value)) {}

  int fd() const { return memory_.fd(); }
  std::size_t size() const { return memory_.size(); }
  Value& operator[](std::size_t index) { return values()[index]; }
  const Value& operator[](std::size_t index) const { return values()[index]; }
  std::span<const Value> all() const { return {values(), size()}; }

 private:
  Value* values() const { return static_cast<Value*>(memory_.memory()); }

  MappedMemory memory_;
};

/// Words that packets read while they are written.
class MappedWords {
 public:
  explicit MappedWords(Fd map) : words_(std::move(map)) {}

  int fd() const { return words_.fd(); }
  std::size_t size() const { return words_.size(); }
  std::uint64_t operator[](std::size_t index) const { return words_[index]; }
  /// A packet sees the word as it was or as it is now, and with it all that was published before.
  void publish(std::size_t index, std::uint64_t word) { __atomic_store_n(&words_[index], word, __ATOMIC_RELEASE); }

 private:
  MappedArray<std::uint64_t> words_;
};

}  // namespace xdpfwd
