// pmr.hpp - the doors from a Region, a Heap and pools in buffers to std::pmr.
//
// With this header region.resource() is a std::pmr::memory_resource, and
// make<T>() gives it to every T that takes an allocator:
//
//     tarn::Region request;
//     auto* fields = request.make<std::pmr::vector<Field>>();
//     std::pmr::string line{request.resource()};
//
// A container that grows as the newest block of its region takes its room where
// it stands; one that moves leaves its old place to later containers.
//
// What keeps no such promise takes its memory from a heap:
//
//     tarn::HeapResource heap;               // of default_heap()
//     std::pmr::map<int, int> orders{&heap};
//
// And what has a buffer of its own from a pool there, of any kind:
//
//     tarn::FixedResource memory{pool};      // a FixedHeap, a SlotPool, ...
//     std::pmr::list<int> waiting{&memory};
//
// Cost     allocate: a virtual call on top of the pool's own.
// Threads  as the pool: a region's is confined, a heap's is shared, one in a
//          buffer is what its pool is.
// Failure  allocate throws std::bad_alloc, as std::pmr demands; in a file that
//          is compiled without exceptions it aborts.
//
// All of it is inline, so that the library itself needs no C++ runtime;
// declared so in the classes, so that who uses one of them needs no part of the
// other.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/heap.hpp"
#include "tarn/region.hpp"

#include <memory>
#include <memory_resource>
#include <new>

namespace tarn {
inline namespace v1 {
namespace detail {

[[noreturn, gnu::cold, gnu::noinline]] inline void throw_bad_alloc() {
#if defined(__cpp_exceptions)
  throw std::bad_alloc{};
#else
  __builtin_abort();
#endif
}

// The other as one of our type; nullptr: it is of another.
template <class Resource>
const Resource* as_same(const Resource& own,
                        const std::pmr::memory_resource& other) noexcept {
  if (&own == &other)
    return &own;
#if defined(__cpp_rtti)
  return dynamic_cast<const Resource*>(&other);
#else
  // Of our type where the tables of virtual functions are the same one.
  return *reinterpret_cast<void* const*>(&other) ==
                 *reinterpret_cast<void* const*>(&own)
             ? static_cast<const Resource*>(&other)
             : nullptr;
#endif
}

}  // namespace detail

/// The one resource of a region; only Region::resource() makes it. Two are
/// equal when they are the same one. deallocate() recycles in the region.
class RegionResource final : public std::pmr::memory_resource {
 public:
  RegionResource(const RegionResource&) = delete;
  RegionResource& operator=(const RegionResource&) = delete;

  /// The region that blocks now come from: after a merge the one merged into.
  [[nodiscard]] Region& region() const noexcept { return *region_; }

 private:
  friend class Region;
  explicit RegionResource(Region& region) noexcept : region_(&region) {}

  inline void* do_allocate(std::size_t size, std::size_t align) override;
  inline void do_deallocate(void* p, std::size_t size,
                            std::size_t align) override;
  inline bool do_is_equal(const memory_resource& other) const noexcept override;

  Region* region_;  // a merge writes it anew
};

/// A resource over a heap. Any number of them may stand for one heap, made and
/// ended at will: two are equal when their heap is the same one, and what one
/// allocated another may deallocate. The heap must outlive its blocks.
class HeapResource final : public std::pmr::memory_resource {
 public:
  HeapResource() noexcept : heap_(&default_heap()) {}
  explicit HeapResource(Heap& heap) noexcept : heap_(&heap) {}

  [[nodiscard]] Heap& heap() const noexcept { return *heap_; }

 private:
  inline void* do_allocate(std::size_t size, std::size_t align) override;
  inline void do_deallocate(void* p, std::size_t size,
                            std::size_t align) override;
  inline bool do_is_equal(const memory_resource& other) const noexcept override;

  Heap* heap_;
};

/// A resource over a pool in a buffer: a FixedHeap of any fit, a SlotPool or an
/// InterruptSlotPool, a FrameRegion, or an end of a DoubleEndedStack. Two are
/// equal when their pool is the same one. deallocate() gives back where the
/// pool takes blocks back one by one, else does nothing. Slots refuse what they
/// are too small for, or not aligned to. The pool must outlive the resource.
template <class Pool>
class FixedResource final : public std::pmr::memory_resource {
 public:
  explicit FixedResource(Pool& pool) noexcept : pool_(&pool) {}

  [[nodiscard]] Pool& pool() const noexcept { return *pool_; }

 private:
  void* do_allocate(std::size_t size, std::size_t align) override {
    void* const block = take(size, align);
    if (block == nullptr)
      detail::throw_bad_alloc();
    return block;
  }
  void do_deallocate(void* p, std::size_t, std::size_t) override {
    if constexpr (requires { pool_->deallocate(p); })
      pool_->deallocate(p);
  }
  bool do_is_equal(const memory_resource& other) const noexcept override {
    const auto* const same = detail::as_same(*this, other);
    return same != nullptr && same->pool_ == pool_;
  }

  void* take(std::size_t size, std::size_t align) noexcept {
    if constexpr (requires { pool_->allocate(size, align); }) {
      return pool_->allocate(size, align);
    } else {
      void* const slot = pool_->allocate();
      const std::size_t has = pool_->size_of(slot);
      if (size <= has && has % align == 0 &&
          detail::address_of(slot) % align == 0) [[likely]]
        return slot;
      pool_->deallocate(slot);
      return nullptr;
    }
  }

  Pool* pool_;
};

// It is constructed in the header of one of the region's chunks, where it stays
// at resets and moves with merges.
inline RegionResource* Region::resource() TARN_LIFETIMEBOUND {
  void* const place = resource_place();
  static_assert(sizeof(RegionResource) == 2 * sizeof(void*));
  if (place == nullptr)
    detail::throw_bad_alloc();
  // The first word is its table of virtual functions.
  if (*static_cast<void* const*>(place) == nullptr)
    return ::new (place) RegionResource{*this};
  return std::launder(static_cast<RegionResource*>(place));
}

// As Region::allocate, without asking whether the alignment is a power of two:
// std::pmr promises it.
inline void* RegionResource::do_allocate(std::size_t size, std::size_t align) {
  Region& region = *region_;
  std::byte* const block = detail::align_up(region.next_, align);
  if (align <= max_align && region.fits(block, size)) [[likely]] {
    region.next_ = block + size;
    return block;
  }
  if (void* const other = region.allocate(size, align)) [[likely]]
    return other;
  detail::throw_bad_alloc();
}

inline void RegionResource::do_deallocate(void* p, std::size_t size,
                                          std::size_t) {
  region_->deallocate(p, size);
}

inline bool RegionResource::do_is_equal(
    const memory_resource& other) const noexcept {
  return this == &other;
}

inline void* HeapResource::do_allocate(std::size_t size, std::size_t align) {
  void* const block =
      align <= max_align ? heap_->allocate(size) : heap_->allocate(size, align);
  if (block == nullptr)
    detail::throw_bad_alloc();
  return block;
}

inline void HeapResource::do_deallocate(void* p, std::size_t size,
                                        std::size_t) {
  heap_->deallocate(p, size);
}

inline bool HeapResource::do_is_equal(
    const memory_resource& other) const noexcept {
  const auto* const same = detail::as_same(*this, other);
  return same != nullptr && same->heap_ == heap_;
}

namespace detail {

template <class T>
struct AllocatorDoor {
  template <class... Args>
  static T* construct(Region& region, void* place, Args&&... args) {
    const std::pmr::polymorphic_allocator<> allocator{region.resource()};
    return std::uninitialized_construct_using_allocator(
        static_cast<T*>(place), allocator, std::forward<Args>(args)...);
  }
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
