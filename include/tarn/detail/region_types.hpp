// region_types.hpp - the options, the small types and the records of a Region.
//
// Threads  confined, as the region they belong to.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checks.hpp"
#include "tarn/detail/bits.hpp"

#include <cstddef>
#include <cstdint>
#include <new>
#include <type_traits>
#include <utility>

namespace tarn {
namespace port {
struct RegionWatch;
enum class RegionEnd : std::uint8_t;
}  // namespace port
inline namespace v1 {

class Region;
class DetachedRegion;
class RegionResource;  // complete with tarn/pmr.hpp: a memory_resource

/// What a region keeps of its chunks at reset.
struct Retain {
  std::size_t bytes;
};

/// The first chunk; the rest goes to this thread's chunk cache, which gives to
/// the system what its recent use does not need. The default.
inline constexpr Retain retain_decay{0};
/// Every chunk, until the region ends; the largest is then filled first.
inline constexpr Retain retain_all{no_limit};
/// At most this many bytes, and at least one chunk.
[[nodiscard]] constexpr Retain retain_bytes(std::size_t bytes) noexcept {
  return Retain{bytes};
}

/// Called when a region ran out, with the size it was asked for. The call that
/// ran out then gives nullptr.
using RegionExhausted = void (*)(Region& region, std::size_t size) noexcept;

/// For RegionOptions::on_exhausted: says so on standard error and aborts.
void abort_when_exhausted(Region& region, std::size_t size) noexcept;

struct RegionOptions {
  const char* name = nullptr;  ///< copied; null: no name, and no cost for it
  std::uint32_t first_chunk = 32 * KiB;    ///< bytes; chunks grow from here
  std::uint32_t max_chunk = 256 * KiB;     ///< bytes, and grow no further
  Retain retain = retain_decay;            ///< what stays at reset
  RegionExhausted on_exhausted = nullptr;  ///< null: just the nullptr
  bool wipe = false;             ///< zero the memory at reset, rewind and end
  bool shared_children = false;  ///< children may live on other threads
  CheckMode checks = CheckMode::of_process;  ///< docs/checks.md
};

/// What child_of() gives; only for Region's constructor.
struct ChildOf {
  Region* region;
};

/// Names the parent of a new region: Region part{child_of(request)}.
[[nodiscard]] inline ChildOf child_of(Region& parent) noexcept {
  return ChildOf{&parent};
}

/// A moment in a region's life; see Region::mark().
class Mark {
 public:
  Mark() = default;
  explicit operator bool() const noexcept { return serial_ != 0; }

 private:
  friend class Region;
  explicit Mark(std::uint64_t serial) noexcept : serial_(serial) {}

  std::uint64_t serial_ = 0;
};

struct RegionStats {
  std::size_t held;          ///< bytes borrowed from upstream
  std::size_t used;          ///< bytes of blocks, with gaps and records
  std::size_t chunks;        ///< chunks, empty ones included
  std::size_t large_blocks;  ///< blocks with memory of their own
  std::size_t large_bytes;   ///< bytes held for those
  std::size_t cleanups;      ///< registered now
  std::size_t children;      ///< alive now, grandchildren not included
};

namespace detail {

struct RegionChunk;
struct LargeBlock;
struct MarkRecord;
struct RecycledBlocks;
struct RegionLayout;

// Each chunk is this many times the one before, up to the cap: few chunks serve
// a request, and at most three quarters of what is held can be unused.
inline constexpr std::uint32_t chunk_growth = 4;

// A block larger than this part of the largest chunk gets memory of its own:
// the rest of a chunk that it would end is wasted at most by an eighth.
inline constexpr std::uint32_t large_part = 8;

// Room for a chunk's header and a block or two.
inline constexpr std::uint32_t smallest_chunk = 128;

[[nodiscard]] constexpr std::uint32_t within(std::uint32_t least,
                                             std::uint32_t size,
                                             std::uint32_t most) noexcept {
  return size < least ? least : size < most ? size : most;
}

// So that a size times the growth is still a number.
inline constexpr std::uint32_t largest_chunk = 512 * MiB;

[[nodiscard]] constexpr std::uint32_t grown_chunk(std::uint32_t size,
                                                  std::uint32_t most) noexcept {
  const std::uint32_t grown = size * chunk_growth;
  return grown < most ? grown : most;
}

struct CleanupRecord {
  CleanupRecord* older;
  void (*cleanup)(void* context) noexcept;
  void* context;
};

/// Where an empty region's next block would be: not null, so that a block of
/// size 0 is not null either, and behind any end_.
inline std::byte* nowhere() noexcept {
  return reinterpret_cast<std::byte*>(1);
}

// Doors complete what region.hpp leaves open, so that it needs no hosted
// header: tarn/text.hpp defines the first, tarn/pmr.hpp the second. An
// "incomplete type" here means that the header is not included.
template <class... Text>
struct TextDoor;
template <class T>
struct AllocatorDoor;

// An allocator without state cannot hold a region's resource.
template <class T>
concept NamesAllocator = requires {
  typename T::allocator_type;
  requires !std::is_empty_v<typename T::allocator_type>;
};

template <class T, class... Args>
T* construct(Region& region, void* place, Args&&... args) {
  if constexpr (NamesAllocator<T>)
    return AllocatorDoor<T>::construct(region, place,
                                       std::forward<Args>(args)...);
  else if constexpr (std::is_constructible_v<T, Args...>)
    return ::new (place) T(std::forward<Args>(args)...);
  else
    return ::new (place) T{std::forward<Args>(args)...};
}

template <class T>
T* construct_array(void* place, std::size_t count) {
  T* const first = static_cast<T*>(place);
  for (std::size_t i = 0; i < count; ++i)
    ::new (static_cast<void*>(first + i)) T();
  return first;
}

template <class T>
struct ArrayOf {
  T* first;
  std::size_t count;  // constructed so far

  static void destroy(void* p) noexcept {
    auto* const array = static_cast<ArrayOf*>(p);
    while (array->count != 0)
      array->first[--array->count].~T();
  }
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
