// apr_pool.hpp - pools of the Apache Portable Runtime.
//
// The library is opened at run time, so that building needs none of it.
//
// Cost     as the functions of APR.
// Threads  the library is shared, a pool confined.
// Failure  AprLibrary::get() throws std::runtime_error when there is no APR.
// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <memory_resource>

namespace tarn::compare {

/// The functions that are used. A pool is whatever APR makes of it.
struct AprLibrary {
  using Pool = void;

  [[nodiscard]] static const AprLibrary& get();

  /// Null: memory is out.
  [[nodiscard]] Pool* make() const noexcept {
    Pool* pool = nullptr;
    return create(&pool, nullptr, nullptr, nullptr) == 0 ? pool : nullptr;
  }

  int (*create)(Pool**, Pool* parent, int (*abort)(int), void* allocator);
  void* (*palloc)(Pool*, std::size_t);
  void (*clear)(Pool*);
  void (*destroy)(Pool*);
};

/// One that serves request after request, as a memory_resource.
class AprPool final : public std::pmr::memory_resource {
 public:
  AprPool();
  AprPool(const AprPool&) = delete;
  AprPool& operator=(const AprPool&) = delete;

  /// A block, or null when memory is out.
  [[nodiscard]] void* allocate_block(std::size_t size,
                                     std::size_t align) noexcept;

  /// Ends every block, as apr_pool_clear does.
  void clear() noexcept { library_.clear(pool_); }

 private:
  void* do_allocate(std::size_t size, std::size_t align) override;
  void do_deallocate(void*, std::size_t, std::size_t) override {}
  bool do_is_equal(const memory_resource& other) const noexcept override {
    return this == &other;
  }

  const AprLibrary& library_ = AprLibrary::get();
  AprLibrary::Pool* pool_;
};

}  // namespace tarn::compare
