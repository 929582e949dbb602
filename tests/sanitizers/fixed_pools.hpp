// fixed_pools.hpp - what is asked of fixed pools: checked ones tell of blocks.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/checked_fixed.hpp"

#include "cases.hpp"
#include "touches.hpp"

#include <cstdlib>
#include <cstring>

namespace {

using Texts = tarn::Checked<tarn::FixedHeap<tarn::half_fit, 64 * 1024>>;
using Slots = tarn::Checked<tarn::SlotPool<odd, 16>>;

[[gnu::noinline]] char* block_of(Texts& texts, std::size_t size = odd) {
  return static_cast<char*>(texts.allocate(size));
}
[[gnu::noinline]] char* block_of(Slots& slots) {
  return static_cast<char*>(slots.allocate());
}

template <class Heap>
void live_in(Heap& heap) {
  for (int round = 0; round < 3; ++round)
    for (std::size_t size = 0; size < 5'000; size = 2 * size + 1) {
      auto* block = static_cast<char*>(heap.allocate(size));
      std::memset(block, 1, size);
      block = static_cast<char*>(heap.reallocate(block, 3 * size + 1));
      if (size != 0)
        choose_by(block, size - 1);
      std::memset(block, 1, heap.size_of(block));
      heap.deallocate(block);
      block = static_cast<char*>(heap.allocate(size, 64));
      if (size > 1000 && heap.size_of(block + 512) != 0)
        std::abort();
      std::memset(block, 1, size);
      heap.deallocate(block);
      if (!heap.check() || !heap.check_step(3))
        std::abort();
    }
  (void)heap.largest_free();
  std::memset(heap.allocate(1000), 1, 1000);
}

template <class Fit, class Canary = tarn::NoCanaries>
void live_in_buffer() {
  tarn::Checked<tarn::FixedHeap<Fit, tarn::at_run_time, tarn::NoLock, Canary>>
      heap{{}, std::as_writable_bytes(std::span{the_buffer})};
  live_in(heap);
}

template <class... Fits>
void live_in_buffers() {
  (live_in_buffer<Fits>(), ...);
}

// With blocks in use and some that wait the memory is anybody's at the end.
void fixed_life() {
  {
    Texts texts;
    live_in(texts);
    Slots slots;
    for (int round = 0; round < 3; ++round) {
      char* all[16];
      for (char*& slot : all)
        std::memset(slot = block_of(slots), 1, odd);
      if (!slots.check() || slots.size_of(all[3]) != odd)
        std::abort();
      for (char* slot : all)
        slots.deallocate(slot);
    }
    std::memset(block_of(slots), 1, odd);
  }
  char over_them[80 * 1024];
  std::memset(over_them, 1, sizeof over_them);
  choose_by(over_them, 70'000);
  live_in_buffers<tarn::first_fit, tarn::next_fit, tarn::best_fit,
                  tarn::aligned_first_fit, tarn::two_level, tarn::buddy>();
  live_in_buffer<tarn::half_fit, tarn::Canaries>();
  std::memset(the_buffer, 1, sizeof the_buffer);
}

// A pool that ended is not there to name its blocks.
Texts& lasting_texts() {
  static Texts texts;
  return texts;
}
Slots& lasting_slots() {
  static Slots slots;
  return slots;
}

void fixed_behind() {
  char* const block = block_of(lasting_texts());
  write_at(block, odd);
  lasting_texts().deallocate(block);
}

void fixed_before() {
  char* const block = block_of(lasting_texts());
  write_at(block - 1, 0);
  lasting_texts().deallocate(block);
}

void fixed_after_free() {
  char* const block = block_of(lasting_texts(), 200);
  lasting_texts().deallocate(block);
  write_at(block, 100);
}

void fixed_grown() {
  char* const block = block_of(lasting_texts());
  if (!lasting_texts().try_expand(block, 40))
    std::abort();
  write_at(block, 40);
  lasting_texts().deallocate(block);
}

// Places that were others' before, more than are kept in mind.
void fixed_used_again() {
  for (std::size_t i = 0; i < 20'000; ++i)
    lasting_texts().deallocate(block_of(lasting_texts(), 1 + i % 300));
  char* const block = block_of(lasting_texts(), odd + 1);
  write_at(block, odd + 1);
  lasting_texts().deallocate(block);
}

void slots_behind() {
  char* const slot = block_of(lasting_slots());
  write_at(slot, odd);
  lasting_slots().deallocate(slot);
}

void slots_after_free() {
  char* const slot = block_of(lasting_slots());
  lasting_slots().deallocate(slot);
  read_at(slot, 3);
}

// Ends after the pool, which it knew before that began.
struct LastUser {
  char* block = nullptr;
  ~LastUser() {
    if (block != nullptr)
      lasting_texts().deallocate(block);
  }
};
LastUser the_last_user;

void fixed_at_the_end() {
  the_last_user.block = block_of(lasting_texts());
}

constexpr std::initializer_list<Case> fixed_accesses = {
    {"fixed_behind", fixed_behind},         {"fixed_before", fixed_before},
    {"fixed_after_free", fixed_after_free}, {"fixed_grown", fixed_grown},
    {"fixed_used_again", fixed_used_again}, {"fixed_life", fixed_life},
    {"fixed_at_the_end", fixed_at_the_end}, {"slots_behind", slots_behind},
    {"slots_after_free", slots_after_free}};

}  // namespace
