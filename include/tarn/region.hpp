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
#include "tarn/detail/attributes.hpp"
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
  [[nodiscard]] inline void* allocate(std::size_t size,
                                      std::size_t align = max_align) noexcept
      TARN_LIFETIMEBOUND;

  /// The same, all bytes zero.
  TARN_ALLOC_SIZE(2)
  [[nodiscard]] void* allocate_zeroed(std::size_t size,
                                      std::size_t align = max_align) noexcept
      TARN_LIFETIMEBOUND;

  /// Sees to it that the next `bytes` bytes of blocks (their alignment gaps
  /// included) come from memory that is there and touched: allocating them
  /// neither fails, nor borrows, nor faults a page. False: ran out.
  [[nodiscard]] bool reserve(std::size_t bytes) noexcept;

  /// A T that dies with the region, newest first; its destructor is registered
  /// only if it does something. T's that name an allocator_type are given the
  /// region's resource (include tarn/pmr.hpp). When T's constructor throws,
  /// the region keeps the bytes and forgets the T.
  template <class T, class... Args>
  [[nodiscard]] T* make(Args&&... args) & TARN_LIFETIMEBOUND;
  template <class T, class... Args>
  T* make(Args&&... args) && = delete;  // dies with this very expression

  /// `count` value-initialised T's; their destructors run last to first.
  template <class T>
  [[nodiscard]] T* make_array(std::size_t count) & TARN_LIFETIMEBOUND;
  template <class T>
  T* make_array(std::size_t count) && = delete;

  /// A copy of `text` that dies with the region, zero-terminated, as a
  /// std::string_view; its data() is null when memory ran out, and never
  /// otherwise. Needs tarn/text.hpp. Cost: linear in the text.
  template <class Text>
  [[nodiscard]] auto copy(const Text& text) & noexcept TARN_LIFETIMEBOUND {
    return detail::TextDoor<Text>::copy(*this, text);
  }
  template <class Text>
  void copy(const Text& text) && = delete;

  /// All parts, one after the other, as copy() would give them.
  template <class... Parts>
  [[nodiscard]] auto concat(const Parts&... parts) & noexcept
      TARN_LIFETIMEBOUND {
    return detail::TextDoor<Parts...>::concat(*this, parts...);
  }
  template <class... Parts>
  void concat(const Parts&... parts) && = delete;

  /// The same as allocate(), from a block that was given up where one fits.
  [[nodiscard]] inline void* allocate_or_recycle(
      std::size_t size, std::size_t align = max_align) noexcept
      TARN_LIFETIMEBOUND;

  /// Makes the block `p` of `size` bytes one of `wanted` bytes where it lies.
  /// True for the newest block with room behind it, and for shrinking.
  [[nodiscard]] bool resize_in_place(void* p, std::size_t size,
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
  [[nodiscard]] Region* make_child(const RegionOptions& options = {}) noexcept
      TARN_LIFETIMEBOUND;

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
  [[nodiscard]] inline RegionResource* resource() TARN_LIFETIMEBOUND;

  /// Closes the region to further blocks, of whatever kind and by whatever
  /// door, until unseal() or reset(): each gives nullptr, and in mode full is a
  /// fault. What is there can be used, given up, and reset.
  void seal() noexcept;
  void unseal() noexcept;
  [[nodiscard]] bool is_sealed() const noexcept { return is_sealed_; }

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
  class Inside;

  Region(Upstream* upstream, Region* parent,
         const RegionOptions& options) noexcept;

  [[nodiscard]] inline bool fits(const std::byte* block,
                                 std::size_t size) const noexcept;

  void* allocate_slow(std::size_t size, std::size_t align) noexcept;
  void* allocate_asking(std::size_t size, std::size_t align) noexcept;
  void* begin_usual(std::size_t size, std::size_t align) noexcept;
  void* allocate_first(std::size_t size, std::size_t align) noexcept;
  void* refill(std::size_t size, std::size_t align) noexcept;
  void* allocate_anywhere(std::size_t size, std::size_t align) noexcept;
  void* allocate_large(std::size_t size, std::size_t align) noexcept;
  void* allocate_in_chunk(std::size_t size, std::size_t align) noexcept;
  void* allocate_again(std::size_t size, std::size_t align) noexcept;
  void* allocate_again_held_back(std::size_t size, std::size_t align) noexcept;
  void* take_recycled(std::size_t size, std::size_t align) noexcept;
  void* bump(std::size_t size, std::size_t align) noexcept;
  void* find_room(std::size_t size, std::size_t align,
                  std::size_t around) noexcept;
  void* fail(std::size_t size) noexcept;
  void enrol(const RegionOptions& options) noexcept;
  void begin_if_empty() noexcept;
  void begin() noexcept;
  void end() noexcept;
  void end_slow() noexcept;
  void reset_asking() noexcept;
  void reset_usual() noexcept;
  void reset_slow() noexcept;
  void forget_blocks() noexcept;
  inline void has_more_to_end() noexcept;
  void end_contents() noexcept;
  void end_since(detail::MarkRecord* record) noexcept;
  void run_cleanups(detail::CleanupRecord* last) noexcept;
  void forget_contents() noexcept;

  // What becomes of calls where the region is held back.
  [[nodiscard]] bool is_watched() const noexcept;
  [[nodiscard]] bool has_ended() const noexcept;
  void leave_dead_mark() noexcept;
  bool may_ask(CheckMode mode) const noexcept;
  void tell_held() const noexcept;
  void leave_list() const noexcept;
  void* allocate_held_back(std::size_t size, std::size_t align) noexcept;
  void* allocate_watched(std::size_t size, std::size_t align) noexcept;
  void* allocate_unwatched(std::size_t size, std::size_t align) noexcept;
  void* allocate_unlooked(std::size_t size, std::size_t align) noexcept;
  void* allocate_in_pages(std::size_t size, std::size_t align) noexcept;
  std::byte* find_room_watched(std::size_t all, std::size_t front) noexcept;
  void* refuse(std::size_t size) noexcept;
  bool resize_unwatched(std::byte* block, std::size_t size,
                        std::size_t wanted) noexcept;
  bool resize_held_back(std::byte* block, std::size_t size,
                        std::size_t wanted) noexcept;
  bool resize_watched(std::byte* block, std::size_t size,
                      std::size_t wanted) noexcept;
  void give_up_watched(std::byte* block, std::size_t size) noexcept;
  bool free_watched(void* p) noexcept;
  bool take_fresh_chunk(std::size_t need) noexcept;
  void begin_ending(port::RegionEnd how) noexcept;
  void retire(Loan loan, std::byte* from, std::byte* to) noexcept;
  void retire_chunks() noexcept;
  bool has_resource_chunk() noexcept;

  [[nodiscard]] std::byte* chunk_end() const noexcept;
  [[nodiscard]] inline std::size_t large_size() const noexcept;
  void fill(detail::RegionChunk* chunk, std::byte* next) noexcept;
  detail::RegionChunk* enter(Loan loan, detail::RegionChunk* older) noexcept;
  void* begin_with(Loan loan, std::size_t size) noexcept;
  bool keeps_current(std::size_t left, detail::RegionChunk* chunk,
                     std::byte* next) noexcept;
  [[nodiscard]] Loan lend(std::size_t size) noexcept;
  void take_back(Loan loan) noexcept;
  detail::RegionChunk* borrow(std::size_t need) noexcept;
  detail::RegionChunk* borrow_unwatched(std::size_t need) noexcept;
  detail::RegionChunk* take_spare(std::size_t need) noexcept;
  void give_back(detail::RegionChunk* chunk) noexcept;
  void give_back_all(detail::RegionChunk* chunks) noexcept;
  void give_back_newer() noexcept;
  [[nodiscard]] detail::RegionChunk* chunk_to_keep() const noexcept;
  void retain_chunks() noexcept;
  void spare_or_give_back(detail::RegionChunk* chunk) noexcept;

  void unlink(detail::LargeBlock* block) noexcept;
  [[nodiscard]] detail::LargeBlock* large_at(void* p) const noexcept;
  void free_large_since(std::uint64_t serial) noexcept;
  void give_up(std::byte* block, std::size_t size) noexcept;
  void recycle(std::byte* block, std::size_t size) noexcept;
  [[nodiscard]] inline bool is_since_mark(
      const std::byte* block) const noexcept;
  [[nodiscard]] bool is_since_newest_mark(
      const std::byte* block) const noexcept;
  [[nodiscard]] bool is_at(const detail::MarkRecord& record) noexcept;

  Mark mark_slow() noexcept;
  Mark record_mark(void* place) noexcept;
  void rewind_held_back(const Mark& mark) noexcept;
  void rewind_inside(const Mark& mark) noexcept;

  void link_child(Region& child) noexcept;
  void unlink_child(Region& child) noexcept;
  void end_children(std::uint64_t since) noexcept;
  [[nodiscard]] std::uint64_t next_mark_serial() noexcept;
  [[nodiscard]] bool has_child(std::uint64_t since) noexcept;
  [[nodiscard]] bool has_made_child(std::uint64_t since) const noexcept;
  [[nodiscard]] bool is_ancestor_of(const Region& other) const noexcept;

  [[nodiscard]] RegionOptions options() const noexcept;
  void splice_chunks(Region& other) noexcept;
  void splice_records(Region& other) noexcept;

  [[nodiscard]] bool check_chunks() const noexcept;
  [[nodiscard]] bool check_records() const noexcept;
  [[nodiscard]] bool check_children() const noexcept;
  [[noreturn]] void report_nested(const char* what) const noexcept;
  [[noreturn]] void report_stale(const Mark& mark) const noexcept;
  [[nodiscard]] bool prepare_resource() noexcept;
  [[nodiscard]] void* resource_place() noexcept;
  detail::CleanupRecord* allocate_record(std::size_t size, std::size_t align,
                                         void** object) noexcept;
  void arm(detail::CleanupRecord* record, Cleanup cleanup,
           void* context) noexcept;

  // Invariant: where end_ is null the region is empty or held back for checks,
  // and every call takes the slow path; else next_ <= end_ in *current_.
  std::byte* next_ = detail::nowhere();
  std::byte* end_ = nullptr;
  detail::RegionChunk* current_ = nullptr;  // the chunk being filled
  detail::RegionChunk* chunks_ = nullptr;   // all in use, newest first
  // What deallocate() looks at is within the first 64 bytes.
  detail::LargeBlock* large_ = nullptr;         // newest first
  detail::MarkRecord* newest_mark_ = nullptr;   // they lie in the chunks
  detail::RecycledBlocks* recycled_ = nullptr;  // since the newest mark
  bool held_back_ = false;       // end_ stays null, so that calls are looked at
  bool has_given_away_ = false;  // blocks of another region may come back here
  bool is_sealed_ = false;
  CheckMode checks_ = CheckMode::of_process;
  detail::RegionChunk* spares_ = nullptr;      // kept by retain, empty
  detail::CleanupRecord* cleanups_ = nullptr;  // newest first
  Region* newest_child_ = nullptr;
  Region* parent_;
  detail::RegionChunk* resource_chunk_ = nullptr;  // its header has resource()
  Region* next_to_end_ = nullptr;  // while its children are being ended
  Upstream* upstream_;             // null: the system lane
  std::size_t held_ = 0;           // == sizes of chunks_, spares_ and large_
  std::size_t retain_;
  RegionExhausted on_exhausted_;
  std::uint64_t mark_serial_ = 0;  // of the last mark made; never falls
  std::uint64_t birth_ = 0;        // parent's mark_serial_ at the beginning
  std::uint32_t first_chunk_;
  std::uint32_t max_chunk_;
  std::uint32_t next_chunk_;  // the size of the second chunk, and so on
  std::uint32_t id_ = 0;      // in the table of names; 0 without a name
  // The thread inside, plus one, where calls are looked at. Written by it
  // alone unless the promise is broken, which is what it tells; relaxed, so
  // that it orders nothing and hides no race.
  std::atomic<std::uint32_t> user_{0};
  // Taken by threads that link or unlink children, with shared_children. A
  // flag, since RV32 has no instruction that exchanges one byte.
  std::atomic_flag children_lock_{};
  bool is_plain_;  // nothing but chunks is to be seen to at the end
  bool is_bare_;   // plain, over the system, without a name
  // The blocks of one chunk in use are all that a reset ends.
  bool is_single_ = false;
  bool wipe_;
  bool shared_children_;
  bool ran_out_ = false;
  bool resetting_ = false;
  bool made_ = false;       // by make_child: lives in the parent's memory
  bool is_listed_ = false;  // the room check knows of its birth
  // These mean something only where there is a cleanup, a parent, or a check;
  // last, so that the others are set by few wide stores.
  detail::CleanupRecord* oldest_cleanup_;
  port::RegionWatch* watch_;  // where held_back_: who looks at it, or null
  Region* older_sibling_;
  Region* newer_sibling_;
};

}  // namespace v1
}  // namespace tarn

#include "tarn/detail/region_detached.hpp"
#include "tarn/detail/region_inline.hpp"
#include "tarn/detail/region_make.hpp"
