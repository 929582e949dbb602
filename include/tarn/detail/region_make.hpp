// region_make.hpp - how a Region begins, and how it constructs things: make,
// make_array, adopt.
//
// The last lines of region.hpp include this; nobody else does.
//
// Threads  confined, as the region.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

namespace tarn {
inline namespace v1 {

inline Region::Region(Upstream* upstream, Region* parent,
                      const RegionOptions& options) noexcept
    : parent_(parent),
      upstream_(upstream),
      retain_(options.retain.bytes),
      on_exhausted_(options.on_exhausted),
      first_chunk_(detail::within(detail::smallest_chunk, options.first_chunk,
                                  detail::largest_chunk)),
      max_chunk_(detail::within(KiB, options.max_chunk, detail::largest_chunk)),
      next_chunk_(detail::grown_chunk(first_chunk_, max_chunk_)),
      is_plain_(!options.wipe && !options.shared_children &&
                options.checks == CheckMode::of_process),
      is_bare_(upstream == nullptr && options.name == nullptr &&
               parent == nullptr && !options.wipe && !options.shared_children &&
               options.checks == CheckMode::of_process),
      wipe_(options.wipe),
      shared_children_(options.shared_children) {
  if (options.name != nullptr || parent != nullptr ||
      options.checks != CheckMode::of_process)
    enrol(options);
}

inline Region::Region(ChildOf parent, const RegionOptions& options) noexcept
    : Region(parent.region->upstream_, parent.region, options) {}

template <class T, class... Args>
T* Region::make(Args&&... args) & TARN_LIFETIMEBOUND {
  static_assert(!std::is_array_v<T>, "make_array<T>(count) makes arrays");
  static_assert(std::is_nothrow_destructible_v<T>,
                "what dies with a region must not throw when it dies");
  if constexpr (detail::NamesAllocator<T>)
    if (!prepare_resource())
      return nullptr;
  void* place = nullptr;
  if constexpr (std::is_trivially_destructible_v<T>) {
    place = allocate(sizeof(T), alignof(T));
    if (place == nullptr)
      return nullptr;
    return detail::construct<T>(*this, place, std::forward<Args>(args)...);
  } else {
    auto* const record = allocate_record(sizeof(T), alignof(T), &place);
    if (record == nullptr)
      return nullptr;
    T* const object =
        detail::construct<T>(*this, place, std::forward<Args>(args)...);
    arm(
        record, [](void* p) noexcept { static_cast<T*>(p)->~T(); }, object);
    return object;
  }
}

template <class T>
T* Region::make_array(std::size_t count) & TARN_LIFETIMEBOUND {
  static_assert(std::is_nothrow_destructible_v<T>,
                "what dies with a region must not throw when it dies");
  static_assert(!detail::NamesAllocator<T>,
                "make<std::pmr::vector<T>>() makes arrays of such things");
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, sizeof(T), &bytes)) [[unlikely]] {
    // Refused, remembered and reported like any other.
    return static_cast<T*>(allocate(no_limit, alignof(T)));
  }
  if constexpr (std::is_trivially_destructible_v<T>) {
    void* const place = allocate(bytes, alignof(T));
    return place == nullptr ? nullptr
                            : detail::construct_array<T>(place, count);
  } else {
    using Array = detail::ArrayOf<T>;
    constexpr std::size_t header = detail::round_up(sizeof(Array), alignof(T));
    if (__builtin_add_overflow(bytes, header, &bytes))
      bytes = no_limit;
    void* place = nullptr;
    auto* const record = allocate_record(
        bytes, alignof(T) > alignof(Array) ? alignof(T) : alignof(Array),
        &place);
    if (record == nullptr)
      return nullptr;
    auto* const array = ::new (place)
        Array{reinterpret_cast<T*>(static_cast<std::byte*>(place) + header), 0};
    // Armed first: when a constructor throws, those before it still die.
    arm(record, &Array::destroy, array);
    for (; array->count < count; ++array->count)
      ::new (static_cast<void*>(array->first + array->count)) T();
    return array->first;
  }
}

template <class Owner>
bool Region::adopt(Owner&& owner) noexcept {
  static_assert(
      std::is_rvalue_reference_v<Owner&&> &&
          std::is_nothrow_move_constructible_v<Owner>,
      "adopt(std::move(owner)): an owner that moves without throwing");
  static_assert(!std::is_trivially_destructible_v<Owner>,
                "this owns nothing: its destructor does nothing");
  void* place = nullptr;
  auto* const record = allocate_record(sizeof(Owner), alignof(Owner), &place);
  if (record == nullptr)
    return false;
  auto* const kept = ::new (place) Owner(std::forward<Owner>(owner));
  arm(
      record, [](void* p) noexcept { static_cast<Owner*>(p)->~Owner(); }, kept);
  return true;
}

}  // namespace v1
}  // namespace tarn
