// apr_pool.hpp - a pool of the Apache Portable Runtime as a memory_resource.
//
// The library is opened at run time, so that building needs none of it.
//
// Cost     as apr_palloc and apr_pool_clear.
// Threads  confined.
// Failure  the constructor throws std::runtime_error when there is no APR.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory_resource>

namespace tarn::compare {

class AprPool final : public std::pmr::memory_resource {
 public:
  AprPool();
  AprPool(const AprPool&) = delete;
  AprPool& operator=(const AprPool&) = delete;

  /// Ends every block, as apr_pool_clear does.
  void clear() noexcept { clear_(pool_); }

 private:
  struct Pool;

  void* do_allocate(std::size_t size, std::size_t align) override;
  void do_deallocate(void*, std::size_t, std::size_t) override {}
  bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }

  Pool* pool_ = nullptr;
  void* (*palloc_)(Pool*, std::size_t) = nullptr;
  void (*clear_)(Pool*) = nullptr;
};

}  // namespace tarn::compare
