// object_doors.hpp - the ways to have objects of 64 bytes that are compared.
//
// Each has acquire() and release(). What is for one thread only is made once
// for each; the rest is one for all, as a program has it.
//
// Threads  confined, each door.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/heap.hpp"
#include "tarn/object_pool.hpp"

#include "support/arguments.hpp"
#include "support/mapped.hpp"

#include <boost/pool/pool.hpp>
#include <boost/pool/pool_alloc.hpp>
#include <cstdlib>
#include <foonathan/memory/memory_pool.hpp>
#include <memory_resource>

namespace tarn::bench {

struct Block {
  std::uint64_t words[8];
};

/// The floor: a list through free blocks, nothing else.
class ListDoor {
 public:
  [[nodiscard]] Block* acquire() {
    Free* const first = first_;
    if (first == nullptr) [[unlikely]]
      return next_++;
    first_ = first->next;
    return reinterpret_cast<Block*>(first);
  }
  void release(Block* block) {
    auto* const freed = reinterpret_cast<Free*>(block);
    freed->next = first_;
    first_ = freed;
  }

 private:
  struct Free {
    Free* next;
  };
  Free* first_ = nullptr;
  Mapped<Block> blocks_{std::size_t{1} << 20};
  Block* next_ = blocks_.data();
};

class TarnDoor {
 public:
  [[nodiscard]] Block* acquire() { return pool().acquire_raw(); }
  void release(Block* block) { pool().release(block); }

 private:
  using Pool = ObjectPool<Block>;
  static Pool& pool() { return the_pool; }
  static inline Pool the_pool{{.name = "block"}};
};

/// The same with a pool for each thread, so that threads share nothing.
class EachDoor {
 public:
  [[nodiscard]] Block* acquire() { return pool_.acquire_raw(); }
  void release(Block* block) { pool_.release(block); }

 private:
  ObjectPool<Block> pool_{{.name = "block"}};
};

/// One for all where processors have the magazines.
class CpuDoor {
 public:
  [[nodiscard]] Block* acquire() { return the_pool.acquire_raw(); }
  void release(Block* block) { the_pool.release(block); }

 private:
  static inline ObjectPool<Block> the_pool{{.name = "block", .per_cpu = true}};
};

/// One stack for all, without a lock.
class SteadyDoor {
 public:
  SteadyDoor() {
    if (!the_pool.reserve(std::size_t{1} << 16))
      stop("no memory for a steady pool");
  }
  [[nodiscard]] Block* acquire() { return the_pool.acquire_raw(); }
  void release(Block* block) { the_pool.release(block); }

 private:
  static inline SteadyPool<Block> the_pool{{.name = "block"}};
};

/// The first with a constructor that takes a microsecond, about.
class CostlyDoor {
 public:
  [[nodiscard]] Block* acquire() { return the_pool.acquire_raw(); }
  void release(Block* block) { the_pool.release(static_cast<Costly*>(block)); }

 private:
  struct Costly : Block {
    Costly() {
      for (int i = 0; i < 1000; ++i)
        static_cast<volatile std::uint64_t&>(words[1]) =
            static_cast<std::uint64_t>(i);
    }
  };
  static inline ObjectPool<Costly> the_pool{{.name = "costly"}};
};

class HeapDoor {
 public:
  [[nodiscard]] Block* acquire() {
    return static_cast<Block*>(heap_.allocate(sizeof(Block)));
  }
  void release(Block* block) { heap_.deallocate(block); }

 private:
  Heap& heap_ = default_heap();
};

struct MallocObjectDoor {
  [[nodiscard]] Block* acquire() {
    return static_cast<Block*>(std::malloc(sizeof(Block)));
  }
  void release(Block* block) { std::free(block); }
};

class FoonathanDoor {
 public:
  [[nodiscard]] Block* acquire() {
    return static_cast<Block*>(pool_.allocate_node());
  }
  void release(Block* block) { pool_.deallocate_node(block); }

 private:
  foonathan::memory::memory_pool<> pool_{sizeof(Block), 64 * KiB};
};

class BoostDoor {
 public:
  [[nodiscard]] Block* acquire() { return static_cast<Block*>(pool_.malloc()); }
  void release(Block* block) { pool_.free(block); }

 private:
  boost::pool<> pool_{sizeof(Block)};
};

class BoostLockedDoor {
 public:
  [[nodiscard]] Block* acquire() { return pool_.allocate(1); }
  void release(Block* block) { pool_.deallocate(block, 1); }

 private:
  boost::fast_pool_allocator<Block> pool_;
};

class PmrDoor {
 public:
  [[nodiscard]] Block* acquire() {
    return static_cast<Block*>(pool().allocate(sizeof(Block)));
  }
  void release(Block* block) { pool().deallocate(block, sizeof(Block)); }

 private:
  static std::pmr::synchronized_pool_resource& pool() {
    static std::pmr::synchronized_pool_resource the_pool;
    return the_pool;
  }
};

/// Calls `work` with a door of the kind that `name` says.
template <class Work>
void with_object_door(const std::string& name, Work work) {
  if (name == "list")
    work.template operator()<ListDoor>();
  else if (name == "tarn")
    work.template operator()<TarnDoor>();
  else if (name == "tarn-each")
    work.template operator()<EachDoor>();
  else if (name == "tarn-cpu")
    work.template operator()<CpuDoor>();
  else if (name == "tarn-steady")
    work.template operator()<SteadyDoor>();
  else if (name == "tarn-costly")
    work.template operator()<CostlyDoor>();
  else if (name == "heap")
    work.template operator()<HeapDoor>();
  else if (name == "malloc")
    work.template operator()<MallocObjectDoor>();
  else if (name == "foonathan")
    work.template operator()<FoonathanDoor>();
  else if (name == "boost")
    work.template operator()<BoostDoor>();
  else if (name == "boost-locked")
    work.template operator()<BoostLockedDoor>();
  else if (name == "pmr")
    work.template operator()<PmrDoor>();
  else
    stop("no door '" + name + "'");
}

}  // namespace tarn::bench
