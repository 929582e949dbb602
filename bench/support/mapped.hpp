// mapped.hpp - memory that no allocator under test has a part in.
//
// Threads  confined.
// Failure  the program ends with a sentence.
// SPDX-License-Identifier: MIT
#pragma once

#include "support/arguments.hpp"

#include <cstddef>
#include <sys/mman.h>

namespace tarn::bench {

/// Bytes of zeroed pages, all of them there already. Never unmapped.
[[nodiscard]] inline void* map(std::size_t size) {
  void* const memory = mmap(nullptr, size, PROT_READ | PROT_WRITE,
                            MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
  if (memory == MAP_FAILED)
    stop("the system has no memory for the benchmark's own tables");
  return memory;
}

/// A table of `count` zeroed elements.
template <class T>
class Mapped {
 public:
  explicit Mapped(std::size_t count)
      : data_(static_cast<T*>(map(count * sizeof(T)))), count_(count) {}
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;
  ~Mapped() { munmap(data_, count_ * sizeof(T)); }

  [[nodiscard]] T& operator[](std::size_t i) { return data_[i]; }
  [[nodiscard]] T* data() { return data_; }
  [[nodiscard]] std::size_t size() const { return count_; }

 private:
  T* data_;
  std::size_t count_;
};

}  // namespace tarn::bench
