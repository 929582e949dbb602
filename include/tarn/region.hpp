// region.hpp - memory for things that die together.
//
// Others call it arena, bump or linear allocator, monotonic buffer, nginx or
// APR pool, memory context. Blocks come from moving a pointer through chunks
// that are borrowed from an upstream; they carry no header, and one call ends
// them all. A block too large to share a chunk gets memory of its own.
//
//     upstream --chunk--> Region --block--> you
//
//     tarn::Region request;                           // borrows nothing yet
//     auto* line = request.make<RequestLine>(bytes);  // dies with `request`
//     if (request.ran_out()) return reply(503);
//     request.reset();                                // all of it, in one call
//
// Cost     allocate: constant, no lock; one loan per chunk.
//          reset and end: linear in chunks, large blocks, children and
//          cleanups, not in blocks.
// Threads  confined: one thread at a time, parent and children together;
//          {.shared_children = true} lets children live on other threads.
// Failure  nullptr or false, the region is as before, ran_out() tells until
//          the next reset. Misuse is a fault (docs/faults.md).
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checks.hpp"
#include "tarn/detail/bits.hpp"
#include "tarn/detail/region_types.hpp"
#include "tarn/upstream.hpp"

#include <atomic>
#include <new>
#include <type_traits>
#include <utility>

namespace tarn {
inline namespace v1 {

class Region {
 public:
  using Cleanup = void (*)(void* context) noexcept;

  /// A region over the system, over `upstream`, or the child of another one
  /// (over its parent's upstream). Borrows nothing yet.
  explicit Region(const RegionOptions& options = {}) noexcept
      : Region(nullptr, nullptr, options) {}
  explicit Region(Upstream& upstream,
                  const RegionOptions& options = {}) noexcept
      : Region(&upstream, nullptr, options) {}
  explicit Region(ChildOf parent, const RegionOptions& options = {}) noexcept;

  /// Takes over what was detached, with the options it had.
  explicit Region(DetachedRegion&& detached) noexcept;

  Region(const Region&) = delete;
  Region& operator=(const Region&) = delete;

  /// Ends everything as reset() does and gives back all chunks. Ending a
  /// region whose child_of() children live ends those, then is a fault.
  ~Region() { end(); }

  /// `size` bytes at a multiple of `align`, a power of two, or nullptr. Size 0
  /// gives a pointer that is not null and must not be dereferenced.
  [[nodiscard]] void* allocate(std::size_t size,
                               std::size_t align = max_align) noexcept {
    if (detail::is_plain_alignment(align)) [[likely]] {
      std::byte* const block = detail::align_up(next_, align);
      if (fits(block, size)) [[likely]] {
        next_ = block + size;
        return block;
      }
    }
    return allocate_slow(size, align);
  }

  /// The same, all bytes zero.
  [[nodiscard]] void* allocate_zeroed(std::size_t size,
                                      std::size_t align = max_align) noexcept;

  /// Sees to it that the next `bytes` bytes of blocks (their alignment gaps
  /// included) come from memory that is there and touched: allocating them
  /// neither fails, nor borrows, nor faults a page. False: ran out.
  [[nodiscard]] bool reserve(std::size_t bytes) noexcept;

  /// A T that dies with the region, newest first; its destructor is registered
  /// only if it does something. T's that name an allocator_type are given the
  /// region's resource (include tarn/pmr.hpp). When T's constructor throws,
  /// the region keeps the bytes and forgets the T.
  template <class T, class... Args>
  [[nodiscard]] T* make(Args&&... args);

  /// `count` value-initialised T's; their destructors run last to first.
  template <class T>
  [[nodiscard]] T* make_array(std::size_t count);

  /// A copy of `text` that dies with the region, zero-terminated, as a
  /// std::string_view; its data() is null when memory ran out, and never
  /// otherwise. Needs tarn/text.hpp. Cost: linear in the text.
  template <class Text>
  [[nodiscard]] auto copy(const Text& text) noexcept {
    return detail::TextDoor<Text>::copy(*this, text);
  }

  /// All parts, one after the other, as copy() would give them.
  template <class... Parts>
  [[nodiscard]] auto concat(const Parts&... parts) noexcept {
    return detail::TextDoor<Parts...>::concat(*this, parts...);
  }

  /// Makes the block `p` of `size` bytes one of `wanted` bytes where it lies.
  /// True for the newest block with room behind it, and for shrinking.
  [[nodiscard]] bool grow_in_place(void* p, std::size_t size,
                                   std::size_t wanted) noexcept;

  /// The same, moving the bytes when the block cannot grow where it lies; the
  /// old place is recycled. nullptr: ran out, and the old block stands.
  [[nodiscard]] void* grow(void* p, std::size_t size, std::size_t wanted,
                           std::size_t align = max_align) noexcept;

  /// Says that the block of `size` bytes is no longer used. The newest block
  /// and large ones are free at once, others may serve later asks; a block
  /// older than the newest mark waits for the end. nullptr: does nothing.
  void deallocate(void* p, std::size_t size) noexcept;

  /// Gives back a large block now, in constant time. False: the block is not a
  /// large one and dies with the region. nullptr: does nothing, true.
  bool free_large(void* p) noexcept;

  /// Runs `cleanup(context)` at reset, newest first. False: ran out.
  [[nodiscard]] bool on_reset(Cleanup cleanup, void* context) noexcept;

  /// Takes over an owning object (std::unique_ptr, tarn::FileDescriptor, ...),
  /// which is destroyed at reset. False: ran out, and it is still the caller's.
  template <class Owner>
  [[nodiscard]] bool adopt(Owner&& owner) noexcept;

  /// A child that lives in this region's memory and ends at its reset, or
  /// nullptr. Children from child_of() are reset then, and stay usable.
  [[nodiscard]] Region* make_child(const RegionOptions& options = {}) noexcept;

  /// Ends all blocks: children newest first, then cleanups newest first, then
  /// the memory, of which options.retain says what stays. Cleanups may still
  /// allocate and register; what they register runs too.
  void reset() noexcept;

  /// Remembers this moment. A mark that ran out of memory is false, and
  /// rewinding to it does nothing.
  [[nodiscard]] Mark mark() noexcept;

  /// Ends what was made since `mark`: children, cleanups (run newest first),
  /// large blocks, blocks. The mark stays good; younger ones become stale.
  /// A stale mark is a fault.
  void rewind(const Mark& mark) noexcept;

  /// Takes over all that `other` holds, in time linear in its chunks, large
  /// blocks and children; `other` is then empty, and its marks are stale. Its
  /// resource becomes one of this region, so containers made in it grow here.
  /// False, with nothing changed: `other` has another upstream, is this region,
  /// an ancestor of it, or one of the two is inside its reset.
  [[nodiscard]] bool merge(Region& other) noexcept;

  /// What the region holds, as a movable handle that another thread can give
  /// to a Region of its own. This region is then empty, as after a reset.
  [[nodiscard]] DetachedRegion detach() noexcept;

  /// Takes over what was detached; false as merge().
  [[nodiscard]] bool attach(DetachedRegion&& detached) noexcept;

  /// The region's std::pmr::memory_resource: one, at the same address until
  /// the region ends, whatever is reset. It takes no memory but a first chunk;
  /// throws std::bad_alloc when that cannot be had. Needs tarn/pmr.hpp.
  [[nodiscard]] RegionResource* resource();

  /// Whether any call since the last reset ran out.
  [[nodiscard]] bool ran_out() const noexcept { return ran_out_; }

  /// Bytes now borrowed from upstream, those of children not included.
  [[nodiscard]] std::size_t held() const noexcept { return held_; }

  /// Whether `p` points into a block of this region (not of a child).
  /// Linear in chunks and large blocks. Async-signal-safe.
  [[nodiscard]] bool owns(const void* p) const noexcept;

  /// Linear in chunks, large blocks, cleanups and children.
  [[nodiscard]] RegionStats stats() const noexcept;

  /// The name given in the options, "" without one.
  [[nodiscard]] const char* name() const noexcept;

  /// True while every invariant holds. Linear as stats(); meant for tests.
  [[nodiscard]] bool check() const noexcept;

 private:
  friend class DetachedRegion;
  friend class RegionResource;
  friend struct detail::RegionLayout;
  template <class T>
  friend struct detail::AllocatorDoor;
  struct Access;  // the room's own files reach the private parts through it

  Region(Upstream* upstream, Region* parent,
         const RegionOptions& options) noexcept;

  // A constant size is small, so the sum cannot wrap and the test for it would
  // be an instruction too many.
  bool fits(const std::byte* block, std::size_t size) const noexcept {
    std::uintptr_t last = 0;
    if (__builtin_constant_p(size) && size < MiB)
      return detail::address_of(block) + size <= detail::address_of(end_);
    return !__builtin_add_overflow(detail::address_of(block), size, &last) &&
           last <= detail::address_of(end_);
  }

  void* allocate_slow(std::size_t size, std::size_t align) noexcept;
  void enrol(const RegionOptions& options) noexcept;
  void end() noexcept;
  [[nodiscard]] bool prepare_resource() noexcept;
  detail::CleanupRecord* allocate_record(std::size_t size, std::size_t align,
                                         void** object) noexcept;
  void arm(detail::CleanupRecord* record, Cleanup cleanup,
           void* context) noexcept;

  // Invariant: where end_ is null the region is empty or held back for checks,
  // and every call takes the slow path; else next_ <= end_ in *current_.
  std::byte* next_ = detail::nowhere();
  std::byte* end_ = nullptr;
  detail::RegionChunk* current_ = nullptr;         // the chunk being filled
  detail::RegionChunk* chunks_ = nullptr;          // all of them, newest first
  detail::CleanupRecord* cleanups_ = nullptr;      // newest first
  detail::LargeBlock* large_ = nullptr;            // newest first
  detail::MarkRecord* newest_mark_ = nullptr;      // they lie in the chunks
  detail::RecycledBlocks* recycled_ = nullptr;     // since the newest mark
  detail::RegionChunk* resource_chunk_ = nullptr;  // whose header has it
  Region* parent_ = nullptr;
  Region* newest_child_ = nullptr;
  Region* older_sibling_ = nullptr;
  Region* newer_sibling_ = nullptr;
  Upstream* upstream_;  // null: the system lane
  std::size_t held_ = 0;
  std::size_t retain_;
  RegionExhausted on_exhausted_;
  std::uint32_t first_chunk_;
  std::uint32_t max_chunk_;
  std::uint32_t next_chunk_;
  std::uint32_t id_ = 0;           // in the table of names; 0 without a name
  std::uint32_t mark_serial_ = 0;  // of the last mark ever made; never falls
  std::atomic<std::uint32_t> user_{0};  // the thread inside, where checked
  std::atomic<bool> children_lock_{false};
  bool wipe_;
  bool shared_children_;
  bool ran_out_ = false;
  bool resetting_ = false;
  bool made_ = false;  // by make_child: lives in the parent's memory
  bool held_back_ = false;
};

/// What Region::detach() gives: owns the contents of a region, can be moved,
/// also to another thread, and ends what it holds when nobody took it over.
class DetachedRegion {
 public:
  DetachedRegion(DetachedRegion&& other) noexcept;
  DetachedRegion& operator=(DetachedRegion&& other) noexcept;
  ~DetachedRegion() = default;

  /// Bytes held.
  [[nodiscard]] std::size_t held() const noexcept { return region_.held(); }

 private:
  friend class Region;
  explicit DetachedRegion(Region& source) noexcept;

  Region region_;
};

/// Names the parent of a new region: Region part{child_of(request)}.
[[nodiscard]] inline ChildOf child_of(Region& parent) noexcept {
  return ChildOf{&parent};
}

/// For RegionOptions::on_exhausted: says so on standard error and aborts.
void abort_when_exhausted(Region& region, std::size_t size) noexcept;

inline Region::Region(Upstream* upstream, Region* parent,
                      const RegionOptions& options) noexcept
    : parent_(parent),
      upstream_(upstream),
      retain_(options.retain.bytes),
      on_exhausted_(options.on_exhausted),
      first_chunk_(options.first_chunk),
      max_chunk_(options.max_chunk),
      next_chunk_(options.first_chunk),
      wipe_(options.wipe),
      shared_children_(options.shared_children) {
  if (options.name != nullptr || parent != nullptr)
    enrol(options);
}

inline Region::Region(ChildOf parent, const RegionOptions& options) noexcept
    : Region(parent.region->upstream_, parent.region, options) {}

template <class T, class... Args>
T* Region::make(Args&&... args) {
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
T* Region::make_array(std::size_t count) {
  static_assert(std::is_nothrow_destructible_v<T>,
                "what dies with a region must not throw when it dies");
  static_assert(!detail::NamesAllocator<T>,
                "make<std::pmr::vector<T>>() makes arrays of such things");
  std::size_t bytes = 0;
  if (__builtin_mul_overflow(count, sizeof(T), &bytes))
    bytes = no_limit;  // refused, remembered and reported like any other
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
  auto* const kept = ::new (place) Owner(std::move(owner));
  arm(
      record, [](void* p) noexcept { static_cast<Owner*>(p)->~Owner(); }, kept);
  return true;
}

}  // namespace v1
}  // namespace tarn
