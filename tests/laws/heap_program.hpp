// heap_program.hpp - a program of calls of heaps by threads that take turns,
// with a model of every block.
//
//   law 1  a block overlaps with nothing else that is in use
//   law 2  it keeps its bytes, whatever thread looks
//   law 3  it has the size and the alignment that were asked for
//   law 4  what is zeroed is zero
//   law 5  when all is back, upkeep brings what is held back to little
//   law 6  a budget is never exceeded, and free when its heap has ended
//   law 7  a block that grows where it lies stays there, else nothing changes
//   law 8  of many blocks that were asked for, as many are there as was said
//
// Threads  confined; those that it starts take turns.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/heap.hpp"
#include "tarn/system.hpp"

#include "laws/heap_threads.hpp"
#include "laws/law.hpp"

#include <array>
#include <cstring>
#include <map>
#include <memory>

namespace tarn::test {

class HeapProgram {
 public:
  ~HeapProgram() {
    for (unsigned which = 1; which < heaps; ++which)
      end_heap(which);
    while (!blocks_.empty())
      give_back(blocks_.begin());
  }

  void perform(const Step& step) {
    helpers().run_on(step.which % Helpers::count, [&] { act(step); });
    if (step.kind % kinds == end_of_thread)
      helpers().end(1 + step.amount % (Helpers::count - 1));
    law(budget_.held() <= budget_.limit(), "6: a budget is never exceeded");
  }

  static void end_threads() {
    for (unsigned i = 1; i < Helpers::count; ++i)
      helpers().end(i);
  }

 private:
  static constexpr unsigned heaps = 4;
  static constexpr std::size_t many = 40;
  static constexpr unsigned kinds = 16;
  static constexpr unsigned end_of_thread = 15;

  struct Block {
    std::size_t size;  // that may be used
    unsigned char mark;
    unsigned heap;
  };
  using Blocks = std::map<unsigned char*, Block>;

  // They outlive a program, or starting them would be most of it.
  static Helpers& helpers() {
    static Helpers all;
    return all;
  }

  // What it takes from a step: two bits say on which thread, two in which heap,
  // the others how much of a size there may be.
  void act(const Step& step) {
    heap_ = (step.which >> 2) % heaps;
    const std::size_t size = size_in(step);
    switch (step.kind % kinds) {
      case 0:
      case 1:
      case 2:
      case 3:
        return add(heap().allocate(size), size, max_align);
      case 4:
        return allocate_aligned(step, size);
      case 5:
        return allocate_zeroed(step, size);
      case 6:
      case 7:
        return reallocate(step, size);
      case 8:
        return expand(step, size);
      case 9:
        return allocate_many(step);
      case 10:
        return deallocate_many(step);
      case 11:
        return end_now_and_then(step);
      case end_of_thread:
        return;
      default:
        if (!blocks_.empty())
          give_back(at(step.amount));
    }
  }

  static std::size_t size_in(const Step& step) {
    static constexpr unsigned bits[] = {8, 8, 8, 10, 10, 13, 16, 19};
    return spread(step.amount, bits[step.which >> 5]);
  }

  Heap& heap() { return heap_at(heap_); }

  Heap& heap_at(unsigned which) {
    if (which == 0)
      return default_heap();
    std::unique_ptr<Heap>& own = own_[which];
    if (own == nullptr)
      own = which == 1   ? std::make_unique<Heap>(HeapOptions{.name = "laws"})
            : which == 2 ? std::make_unique<Heap>(
                               HeapOptions{.name = "compact", .compact = true})
                         : std::make_unique<Heap>(budget_);
    return *own;
  }

  Blocks::iterator at(std::size_t i) {
    auto found = blocks_.begin();
    std::advance(found, static_cast<long>(i % blocks_.size()));
    return found;
  }

  void allocate_aligned(const Step& step, std::size_t size) {
    const std::size_t align = std::size_t{1} << (step.kind >> 4) * 5 % 19;
    add(heap().allocate(size, align), size, align);
  }

  void allocate_zeroed(const Step& step, std::size_t size) {
    const std::size_t align = std::size_t{1} << (step.kind >> 5);
    auto* const bytes =
        static_cast<unsigned char*>(heap().allocate_zeroed(size, align));
    if (bytes != nullptr && size != 0)
      law(bytes[0] == 0 && std::memcmp(bytes, bytes + 1, size - 1) == 0,
          "4: what is zeroed is zero");
    add(bytes, size, align);
  }

  void add(void* p, std::size_t size, std::size_t align) {
    if (p == nullptr)
      return law(heap_ == 3, "3: there is memory but for who has a budget");
    auto* const bytes = static_cast<unsigned char*>(p);
    law(reinterpret_cast<std::uintptr_t>(p) % align == 0 &&
            reinterpret_cast<std::uintptr_t>(p) % max_align == 0,
        "3: the alignment");
    enter(bytes, size);
  }

  void enter(unsigned char* bytes, std::size_t size) {
    const std::size_t usable = heap().usable_size(bytes);
    law(usable >= size, "3: the size");
    const auto behind = blocks_.lower_bound(bytes);
    law(behind == blocks_.end() || bytes + usable <= behind->first,
        "1: it overlaps with the one behind");
    law(behind == blocks_.begin() ||
            std::prev(behind)->first + std::prev(behind)->second.size <= bytes,
        "1: it overlaps with the one before");
    const Block block{usable, ++mark_, heap_};
    for_places(usable, [&](std::size_t i) { bytes[i] = block.mark; });
    blocks_.emplace(bytes, block);
  }

  // All bytes of a small block; of a large one its ends, and one in each page.
  template <class Action>
  static void for_places(std::size_t size, Action action) {
    constexpr std::size_t end = 512;
    for (std::size_t i = 0; i < size;
         i += i < end || size - i <= end
                  ? 1
                  : std::min<std::size_t>(4 * KiB, size - end - i + 1))
      action(i);
  }

  static void check(const unsigned char* bytes, std::size_t size,
                    unsigned char mark) {
    for_places(size, [&](std::size_t i) {
      law(bytes[i] == mark, "2: it keeps its bytes");
    });
  }

  void give_back(Blocks::iterator found) {
    const auto [bytes, block] = *found;
    check(bytes, block.size, block.mark);
    blocks_.erase(found);
    if (block.mark % 2 == 0)
      heap_at(block.heap).deallocate(bytes);
    else
      heap_at(block.heap).deallocate(bytes, block.size);
  }

  void reallocate(const Step& step, std::size_t size) {
    if (blocks_.empty())
      return add(heap().reallocate(nullptr, size), size, max_align);
    const auto found = at(step.kind * 7u);
    const auto [bytes, block] = *found;
    heap_ = block.heap;
    void* const moved = heap().reallocate(bytes, size);
    if (moved == nullptr) {
      check(bytes, block.size, block.mark);
      return law(heap_ == 3, "3: there is memory but for who has a budget");
    }
    blocks_.erase(found);
    const std::size_t kept = std::min(size, block.size);
    const unsigned char mark = block.mark;
    // Those places of the old block that are in the new one.
    for_places(block.size, [&](std::size_t i) {
      law(i >= kept || static_cast<unsigned char*>(moved)[i] == mark,
          "2: it keeps its bytes");
    });
    add(moved, size, max_align);
  }

  void expand(const Step& step, std::size_t size) {
    if (blocks_.empty())
      return;
    const auto found = at(step.kind * 5u);
    const auto [bytes, block] = *found;
    heap_ = block.heap;
    const bool is_done = heap().try_expand(bytes, size);
    const std::size_t usable = heap().usable_size(bytes);
    law(is_done ? usable >= size : usable == block.size,
        "7: it grows where it lies, else nothing changes");
    law(is_done || size > block.size, "7: what fits already needs no growth");
    check(bytes, std::min(usable, block.size) == block.size ? block.size : 0,
          block.mark);
    blocks_.erase(found);
    enter(bytes, is_done ? size : block.size);
  }

  void allocate_many(const Step& step) {
    std::array<void*, many> out{};
    const std::size_t n = step.amount % many;
    const std::size_t size = step.amount / many;
    const std::size_t came = heap().allocate_many(size, n, out.data());
    law(came == n || (came < n && heap_ == 3), "8: all are there");
    for (std::size_t i = 0; i < many; ++i)
      if (i < came)
        add(out[i], size, max_align);
      else
        law(out[i] == nullptr, "8: nothing is written beyond");
  }

  void deallocate_many(const Step& step) {
    std::array<void*, many> all{};
    std::size_t count = 0;
    for (std::size_t i = 0; i < many && !blocks_.empty(); ++i) {
      const auto found = at(step.amount + i * 5);
      if (found->second.heap != heap_)
        continue;
      check(found->first, found->second.size, found->second.mark);
      all[count++] = found->first;
      blocks_.erase(found);
    }
    heap().deallocate_many(all.data(), count);
  }

  void end_now_and_then(const Step& step) {
    if (step.amount % 16 == 0 && heap_ != 0)
      end_heap(heap_);
  }

  // Every second block is given back before, the others end with the heap.
  void end_heap(unsigned which) {
    bool is_left = false;
    for (auto found = blocks_.begin(); found != blocks_.end();) {
      const auto next = std::next(found);
      if (found->second.heap == which) {
        if (is_left)
          blocks_.erase(found);
        else
          give_back(found);
        is_left = !is_left;
      }
      found = next;
    }
    own_[which].reset();
    if (which == 3)
      law(budget_.held() == 0, "6: a budget is free when its heap has ended");
  }

  Budget budget_{"laws", 3 * MiB};
  std::unique_ptr<Heap> own_[heaps];
  unsigned heap_ = 0;
  Blocks blocks_;
  unsigned char mark_ = 0;
};

}  // namespace tarn::test
