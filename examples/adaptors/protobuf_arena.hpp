// protobuf_arena.hpp - a protobuf Arena whose blocks lie in a Region.
//
//     google::protobuf::Arena* arena = examples::make_arena(request);
//     auto* report = google::protobuf::Arena::CreateMessage<Report>(arena);
//
// The Arena lies in the region too, so one reset ends the messages, then the
// Arena, then its blocks. Its first block is the initial block of ArenaOptions;
// those that follow come by the hook block_alloc. That hook is a function
// without a context, so there is a function for each of 64 places, and an Arena
// takes a place for as long as it lives.
//
// Cost     the region's own; making an arena looks through the places.
// Threads  confined as the region, though a protobuf Arena is not: messages of
//          it are made by one thread at a time.
// Failure  make_arena: nullptr, when memory or the places ran out. A later
//          block that cannot be had aborts: protobuf does not ask whether it
//          came.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/region.hpp"

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdlib>
#include <google/protobuf/arena.h>
#include <utility>

namespace examples {

class ArenaPlaces {
 public:
  static constexpr std::size_t count = 64;

  using Lend = void* (*)(std::size_t size);

  /// The number of a place that is now `region`'s, or `count` without one.
  static std::size_t take(tarn::Region& region) noexcept {
    for (std::size_t place = 0; place < count; ++place) {
      tarn::Region* nobody = nullptr;
      if (regions_[place].compare_exchange_strong(nobody, &region,
                                                  std::memory_order_relaxed))
        return place;
    }
    return count;
  }

  static void give_up(std::size_t place) noexcept {
    regions_[place].store(nullptr, std::memory_order_relaxed);
  }

  static Lend lender(std::size_t place) noexcept {
    return lender(place, std::make_index_sequence<count>{});
  }

 private:
  template <std::size_t place>
  static void* lend(std::size_t size) {
    tarn::Region* const region =
        regions_[place].load(std::memory_order_relaxed);
    void* const block = region->allocate(size);
    if (block == nullptr)
      std::abort();
    return block;
  }

  template <std::size_t... places>
  static Lend lender(std::size_t place,
                     std::index_sequence<places...>) noexcept {
    static constexpr Lend lenders[count] = {&lend<places>...};
    return lenders[place];
  }

  // Whose each place is. Written by the region's thread, which is also the one
  // that reads it; relaxed, since only the exchange must be whole.
  static inline std::array<std::atomic<tarn::Region*>, count> regions_{};
};

/// An Arena and its place; the region ends both.
class RegionArena {
 public:
  RegionArena(std::size_t place, char* first, std::size_t first_size)
      : place_(place), arena_(options(place, first, first_size)) {}
  RegionArena(const RegionArena&) = delete;
  RegionArena& operator=(const RegionArena&) = delete;
  ~RegionArena() {
    ArenaPlaces::give_up(place_);
    forget_last();
  }

  [[nodiscard]] google::protobuf::Arena& arena() noexcept { return arena_; }

 private:
  // A thread of protobuf keeps where the Arena lies that it used last. It never
  // follows that when the Arena has ended, but a checked region tells who
  // points into it at its end: so another one is the last.
  static void forget_last() {
    alignas(std::max_align_t) static thread_local char block[256];
    google::protobuf::ArenaOptions options;
    options.initial_block = block;
    options.initial_block_size = sizeof block;
    const google::protobuf::Arena last{options};
  }

  static google::protobuf::ArenaOptions options(std::size_t place, char* first,
                                                std::size_t first_size) {
    google::protobuf::ArenaOptions options;
    options.initial_block = first;
    options.initial_block_size = first_size;
    options.block_alloc = ArenaPlaces::lender(place);
    // The region ends the blocks itself, right after the Arena.
    options.block_dealloc = [](void*, std::size_t) {};
    return options;
  }

  std::size_t place_;
  google::protobuf::Arena arena_;
};

/// An Arena that ends with `region`, or nullptr. `first_size` bytes are there
/// from the start.
[[nodiscard]] inline google::protobuf::Arena* make_arena(
    tarn::Region& region, std::size_t first_size = 4 * tarn::KiB) {
  auto* const first = static_cast<char*>(region.allocate(first_size));
  if (first == nullptr)
    return nullptr;
  const std::size_t place = ArenaPlaces::take(region);
  if (place == ArenaPlaces::count)
    return nullptr;
  auto* const made = region.make<RegionArena>(place, first, first_size);
  if (made == nullptr) {
    ArenaPlaces::give_up(place);
    return nullptr;
  }
  return &made->arena();
}

}  // namespace examples
