// region_hooks.hpp - how a region is looked at.
//
// A region that starts anew (its first chunk, a reset) in a mode of checking
// asks for somebody who looks at it. It then keeps `end_` null, so that every
// call takes the slow path and is told of here. The room check fills the table;
// without it regions are as they ever were.
//
// Blocks of such a region lie between redzones: `front` bytes before, and what
// is left of `room` behind. Where `page` says so they lie in pages of their
// own, with a page before and behind.
//
// Cost     a load where a region starts anew; fast paths never look here.
// Threads  `begin` is shared, the rest confined as the region.
// Failure  as each says.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checks.hpp"
#include "tarn/upstream.hpp"

#include "base/build.hpp"
#include "base/text.hpp"

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tarn {
inline namespace v1 {
class Region;
}
namespace port {

struct RegionHooks;

/// Why blocks end.
enum class RegionEnd : std::uint8_t { reset, rewind, end, free };

/// One region's life, as whoever looks at it knows it; begins what they keep.
struct RegionWatch {
  const RegionHooks* hooks;
  const Region* region;  ///< null: it ended
  RegionEnd ending;      ///< why blocks end now; written by the region
  bool may_serve_again;  ///< there are blocks for again()
  bool has_enough;       ///< nobody is to look from the next block on
  /// Blocks have pages of their own, of so many bytes; 0: they do not.
  std::size_t page;
  /// The frame of the region's function that was called for a block.
  const void* frame;
  /// The number of the thread that was last inside, plus one. A second thread
  /// there may write it at once, which is a fault told otherwise.
  std::atomic<std::uint32_t> last_user;
};

struct RegionStart {
  const Region* region;
  RegionWatch* former;  ///< who looked at it until now, or null
  CheckMode mode;       ///< what its options or the process ask for
  std::uint32_t id;     ///< in the table of names
  const RegionWatch* parent;
  const Region* parent_region;
  bool is_new;      ///< it has nothing yet
  bool is_listed;   ///< its birth is known, and so are to be what it holds and
                    ///< its end
  bool is_systems;  ///< its memory is the system's own
};

/// Bytes before a block that is looked at, unless its alignment asks for more.
inline constexpr std::size_t region_redzone = 16;

/// Bytes for a block and its back redzone: at least 16 behind it, up to a
/// multiple of 16.
[[nodiscard]] constexpr std::size_t room_of(std::size_t size) noexcept {
  const std::size_t whole = (size + region_redzone - 1) & -region_redzone;
  return (whole == 0 ? region_redzone : whole) + region_redzone;
}

/// Bytes of the pages of a block that has its own: one of none has one, too.
[[nodiscard]] constexpr std::size_t pages_of(std::size_t size,
                                             std::size_t page) noexcept {
  const std::size_t whole = (size + page - 1) & -page;
  return whole == 0 ? page : whole;
}

/// A block as it was found. `begin` is null: nothing is known of one there.
struct RegionBlock {
  std::byte* begin;  ///< of its front redzone
  std::byte* end;    ///< behind its back redzone
  std::size_t front;
  /// In pages of its own, it does not grow where it lies. Where it is made,
  /// `front` ends at a page, and the last page is not the block's.
  bool has_pages = false;
};

/// What a block is said to be when it is found.
enum class RegionUse : std::uint8_t { given_up, resized, freed };

struct RegionHooks {
  /// Memory for blocks came: a chunk, or a large block's (`is_large`).
  void (*lent)(RegionWatch&, Loan loan, bool is_large) noexcept;
  /// A block of `size` bytes at `front` from `begin`, or behind it in pages of
  /// its own: gives it.
  void* (*allocated)(RegionWatch&, const RegionBlock& made, std::size_t size,
                     std::size_t align) noexcept;
  /// A block given up before, now for `size` bytes, or null. Asked where
  /// `may_serve_again` says so.
  void* (*again)(RegionWatch&, std::size_t size, std::size_t align) noexcept;
  /// Finds the live block that begins at `block`, of `size` bytes, or says what
  /// is wrong. `begin` of what it gives is null then, too, and for a block that
  /// was not told of.
  RegionBlock (*find)(RegionWatch&, void* block, std::size_t size,
                      RegionUse use) noexcept;
  /// Its user gave it up: it is not to be used before the region's reset.
  void (*given_up)(RegionWatch&, void* block) noexcept;
  /// It has `size` bytes from now on, and its room ends at `end`.
  void (*resized)(RegionWatch&, void* block, std::size_t size,
                  std::byte* end) noexcept;
  /// Looks at all redzones, newest first.
  void (*verify)(RegionWatch&) noexcept;
  /// All blocks in [from, to) of a chunk that stays have ended. Gives where the
  /// next block may be, from `to` on.
  std::byte* (*ended)(RegionWatch&, std::byte* from, std::byte* to,
                      Loan chunk) noexcept;
  /// The blocks in [from, to) have ended, and the memory is to go back. True:
  /// it is kept here, and goes back to the system later.
  bool (*retire)(RegionWatch&, Loan loan, std::byte* from, std::byte* to,
                 bool is_systems) noexcept;
  /// Where the block after a mark may be, from `next` on.
  std::byte* (*after_mark)(RegionWatch&, std::byte* next, Loan chunk) noexcept;
  /// All that `from` knows; `into` is null: nobody looks at it any more.
  void (*merge)(RegionWatch* into, RegionWatch& from) noexcept;
  /// Gives back what is kept beyond need. False: that was nothing.
  bool (*make_room)() noexcept;
  /// The region ends. Its cleanups have run, its blocks are still there.
  void (*about_to_end)(RegionWatch&) noexcept;
  /// The region ends. Its blocks have; `region` stays null.
  void (*end)(RegionWatch&) noexcept;
  /// A call on a region that ended.
  void (*used_after_end)(RegionWatch&, const Region* region) noexcept;
  /// A fault that the region found; the program may go on.
  void (*tell)(RegionWatch&, Fault fault, const base::Line& line) noexcept;
  /// Another thread than the last one came in, and is `user`. Gives the last
  /// one after it has had the time to go on, or 0: there is none, or no more
  /// time.
  std::uint32_t (*linger)(RegionWatch&, std::uint32_t user) noexcept;
};

/// Gives who looks at the region from now on, or null, and may list it. What
/// the former one knows is empty, or goes on with it.
using RegionBegin = RegionWatch* (*)(RegionStart& start) noexcept;

// Written once by the room check. Pairs: its release with the acquire here.
inline constinit std::atomic<RegionBegin> region_begin{nullptr};

/// Which of those that start anew ask.
enum class RegionsAsk : std::uint8_t {
  none,
  some,  ///< those whose turn it is, as region_turn says
  all
};

// Written by whoever sets a mode; orders nothing.
inline constinit std::atomic<RegionsAsk> regions_ask{RegionsAsk::none};

// Written once by the room check, as region_begin. `is_new`: as RegionStart has
// it. One that is not to ask may begin all the same, which is the same turn.
inline constinit std::atomic<bool (*)(const Region* region,
                                      bool is_new) noexcept>
    region_turn{nullptr};

// Written once by the room check, as region_begin. Whether a life that begins
// is not drawn; false: that is to be asked of region_begin.
inline constinit std::atomic<bool (*)(const Region* region) noexcept>
    region_passes{nullptr};

/// What is told of a region that is listed.
struct RegionListHooks {
  void (*holds)(const Region* region, std::size_t bytes) noexcept;
  void (*end)(const Region* region) noexcept;
};
// Written once by the room check, before region_begin, and read like that.
inline constinit std::atomic<const RegionListHooks*> region_list{nullptr};

// Lives that this thread passes over before it looks whether one is drawn:
// written by the room check, 0 where all are asked for.
inline constinit thread_local std::uint32_t lives_to_pass = 0;

/// Whether a life that begins is one of those. False: it asks.
[[nodiscard]] inline bool pass_life() noexcept {
  if constexpr (base::has_checks)
    if (lives_to_pass != 0 &&
        regions_ask.load(std::memory_order_relaxed) == RegionsAsk::some) {
      --lives_to_pass;
      return true;
    }
  return false;
}

/// The straight lines look at this alone.
[[nodiscard]] inline bool may_regions_ask() noexcept {
  return base::has_checks &&
         regions_ask.load(std::memory_order_relaxed) != RegionsAsk::none;
}

/// Whether the one that starts now does.
[[nodiscard]] inline bool does_region_ask(const Region* region,
                                          bool is_new) noexcept {
  const RegionsAsk which = regions_ask.load(std::memory_order_relaxed);
  if (which != RegionsAsk::some)
    return which == RegionsAsk::all;
  const auto is_turn = region_turn.load(std::memory_order_acquire);
  return is_turn != nullptr && is_turn(region, is_new);
}

}  // namespace port
}  // namespace tarn
