// door.hpp - the ways to allocate that the heap's benchmarks compare.
//
//     with_door("tarn", [](auto door) { ... });     // the default heap
//     with_door("malloc", [](auto door) { ... });   // what the process has
//     with_door("floor", [](auto door) { ... });    // lists by class, no more
//
// tarn is called through its C++ functions in the shared library, malloc
// through its symbol in whichever library was preloaded: each by one call into
// another object, with no wrapper between. A door is made in the thread that
// uses it.
//
// Threads  confined, each door; what it opens to is shared, but for the floor.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/heap.hpp"

#include "support/arguments.hpp"
#include "support/mapped.hpp"

#include <bit>
#include <cstdlib>

namespace tarn::bench {

struct TarnDoor {
  [[nodiscard]] void* allocate(std::size_t size) {
    return heap->allocate(size);
  }
  void deallocate(void* block) { heap->deallocate(block); }
  Heap* heap = &default_heap();
};

struct MallocDoor {
  [[nodiscard]] void* allocate(std::size_t size) { return std::malloc(size); }
  void deallocate(void* block) { std::free(block); }
};

/// What a heap for one thread costs that remembers the class in front of each
/// block and never gives memory to anybody else.
class FloorDoor {
 public:
  [[nodiscard]] void* allocate(std::size_t size) {
    const std::size_t of_class = class_of(size);
    if (Free* const block = lists_[of_class]) {
      lists_[of_class] = block->next;
      return block;
    }
    return make(of_class);
  }

  void deallocate(void* block) {
    const std::size_t of_class = *(static_cast<std::size_t*>(block) - 2);
    auto* const freed = static_cast<Free*>(block);
    freed->next = lists_[of_class];
    lists_[of_class] = freed;
  }

 private:
  struct Free {
    Free* next;
  };
  static constexpr std::size_t linear = 64;  // classes of 16 bytes
  static constexpr std::size_t header = 16;

  static std::size_t class_of(std::size_t size) {
    return size <= 16 * linear
               ? (size + 15) / 16
               : linear + static_cast<std::size_t>(std::bit_width(size - 1)) -
                     10;
  }

  [[gnu::noinline]] void* make(std::size_t of_class) {
    const std::size_t size =
        of_class <= linear ? 16 * of_class : KiB << (of_class - linear);
    if (size + header > left_) {
      left_ = 64 * MiB;
      next_ = static_cast<std::byte*>(map(left_));
    }
    std::byte* const block = next_ + header;
    next_ += size + header;
    left_ -= size + header;
    *reinterpret_cast<std::size_t*>(block - header) = of_class;
    return block;
  }

  Free* lists_[linear + 64] = {};
  std::byte* next_ = nullptr;
  std::size_t left_ = 0;
};

/// Calls `work` with a door of the kind that `name` says.
template <class Work>
auto with_door(const std::string& name, Work work) {
  if (name == "tarn")
    return work(TarnDoor{});
  if (name == "malloc")
    return work(MallocDoor{});
  if (name == "floor")
    return work(FloorDoor{});
  stop("no allocator '" + name + "': tarn, malloc or floor");
}

}  // namespace tarn::bench
