// mapped.hpp - an array straight from the kernel, touched from the start.
//
// For what a worker notes down: it must be in none of the figures, neither as
// somebody's block nor as memory that becomes resident later.
//
// Cost     a system call and a page fault a page, all in the constructor.
// Threads  confined.
// Failure  the constructor throws std::bad_alloc.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <new>
#include <sys/mman.h>
#include <type_traits>

namespace tarn::compare {

/// Elements begin as zero bytes.
template <class T>
requires std::is_trivially_copyable_v<T>
class Mapped {
 public:
  explicit Mapped(std::size_t count)
      : bytes_(count * sizeof(T)),
        data_(mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0)) {
    if (data_ == MAP_FAILED)
      throw std::bad_alloc();
  }
  ~Mapped() { munmap(data_, bytes_); }
  Mapped(const Mapped&) = delete;
  Mapped& operator=(const Mapped&) = delete;

  [[nodiscard]] T* begin() noexcept { return static_cast<T*>(data_); }
  [[nodiscard]] T& operator[](std::size_t i) noexcept { return begin()[i]; }

 private:
  std::size_t bytes_;
  void* data_;
};

}  // namespace tarn::compare
