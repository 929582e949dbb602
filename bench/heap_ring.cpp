// heap_ring.cpp - what does a block cost that another thread frees?
//
//     bench_heap_ring --allocator tarn|malloc --sizes 64|mixed
//     bench_heap_ring --allocator ring|blocks|pool|pool-cpu
//     bench_heap_ring --turns 1000 [--allocator ...] [--sizes ...]
//
// A producer allocates, writes a word, and hands the block over a ring of
// pointers to a consumer, who frees it. Prints CSV: nanoseconds by the wall for
// each block. ring: the same with pointers to nothing, which nobody follows;
// blocks: the same with blocks that are there already and are written. pool:
// objects of 64 bytes of an ObjectPool; pool-cpu: where processors have its
// magazines.
//
// With --turns nobody waits for a place or a pointer meanwhile: so many blocks
// are allocated and written, then the other thread frees all of them, and so
// on. Prints nanoseconds for each allocation, for each free, and for both.
// SPDX-License-Identifier: MIT
#include "tarn/object_pool.hpp"

#include "support/arguments.hpp"
#include "support/door.hpp"
#include "support/median.hpp"
#include "support/sizes.hpp"
#include "support/together.hpp"

#include <atomic>
#include <barrier>
#include <thread>

using namespace tarn::bench;

namespace {

constexpr std::size_t places = 1024;
constexpr std::size_t drawn = std::size_t{1} << 16;

// Lamport's queue: each side keeps what it last saw of the other's position.
class Ring {
 public:
  void push(void* pointer) noexcept {
    while (written_ - seen_read_ == places) {
      seen_read_ = read_.load(std::memory_order_acquire);
      if (written_ - seen_read_ == places)
        wait();
    }
    pointers_[written_ % places] = pointer;
    published_.store(++written_, std::memory_order_release);
  }

  [[nodiscard]] void* pop() noexcept {
    while (seen_published_ == taken_) {
      seen_published_ = published_.load(std::memory_order_acquire);
      if (seen_published_ == taken_)
        wait();
    }
    void* const pointer = pointers_[taken_ % places];
    read_.store(++taken_, std::memory_order_release);
    return pointer;
  }

 private:
  static void wait() noexcept { __builtin_ia32_pause(); }

  alignas(128) std::atomic<std::size_t> published_{0};
  std::size_t written_ = 0;
  std::size_t seen_read_ = 0;
  alignas(128) std::atomic<std::size_t> read_{0};
  std::size_t taken_ = 0;
  std::size_t seen_published_ = 0;
  alignas(128) void* pointers_[places] = {};
};

// Pointers to nothing.
struct NoDoor {
  [[nodiscard]] void* allocate(std::size_t size) {
    return reinterpret_cast<void*>(size);
  }
  void deallocate(void*) {}
  static constexpr bool writes = false;
};

// Blocks that go round: more than the ring has places, so each is free again.
class BlocksDoor {
 public:
  [[nodiscard]] void* allocate(std::size_t) {
    return &blocks_[at_++ % blocks_.size()];
  }
  void deallocate(void* block) {
    seen_ += *static_cast<std::uint64_t*>(block);
    static_cast<volatile std::uint64_t&>(seen_) = seen_;
  }

 private:
  struct Block {
    std::byte bytes[64];
  };
  static Mapped<Block>& all() {
    static Mapped<Block> blocks{2 * places};
    return blocks;
  }
  Mapped<Block>& blocks_ = all();
  std::size_t at_ = 0;
  std::uint64_t seen_ = 0;
};

struct Object {
  std::byte bytes[64];
};
template <bool per_cpu>
tarn::ObjectPool<Object> the_pool{{.name = "object", .per_cpu = per_cpu}};

template <bool per_cpu>
struct PoolDoor {
  [[nodiscard]] void* allocate(std::size_t) {
    return the_pool<per_cpu>.acquire_raw();
  }
  void deallocate(void* object) {
    the_pool<per_cpu>.release(static_cast<Object*>(object));
  }
};

template <class Door>
std::vector<double> pass(const std::string& kind, std::size_t slices,
                         std::size_t blocks) {
  Mapped<std::uint32_t> sizes{drawn};
  Random random{20240229};
  for (std::size_t i = 0; i < drawn; ++i)
    sizes[i] = size_of_kind(kind, random);
  Ring ring;
  std::barrier<> start{2};
  std::thread consumer{[&] {
    Door door;
    for (std::size_t slice = 0; slice < slices; ++slice) {
      start.arrive_and_wait();
      for (std::size_t i = 0; i < blocks; ++i)
        door.deallocate(ring.pop());
      start.arrive_and_wait();
    }
  }};
  std::vector<double> spent;
  Door door;
  for (std::size_t slice = 0; slice < slices; ++slice) {
    start.arrive_and_wait();
    const std::uint64_t began = wall_ns();
    for (std::size_t i = 0; i < blocks; ++i) {
      const std::size_t size = sizes[i % drawn];
      void* const block = door.allocate(size);
      if constexpr (!requires { Door::writes; })
        write_block(block, size, false);
      ring.push(block);
    }
    start.arrive_and_wait();
    spent.push_back(static_cast<double>(wall_ns() - began) /
                    static_cast<double>(blocks));
  }
  consumer.join();
  spent.erase(spent.begin());  // where all grew warm
  return spent;
}

// The blocks of one turn, and whose it is: the producer's when it is even.
struct Turns {
  std::vector<void*> blocks;
  alignas(128) std::atomic<std::size_t> turn{0};

  void wait_for(std::size_t which) const noexcept {
    while (turn.load(std::memory_order_acquire) != which)
      __builtin_ia32_pause();
  }
  // Runs `work` in each second turn from `first` on; the middle time for a
  // block.
  template <class Work>
  double take(std::size_t first, std::size_t count, Work work) {
    std::vector<double> spent;
    for (std::size_t which = first; which < 2 * count; which += 2) {
      wait_for(which);
      const std::uint64_t began = wall_ns();
      for (void*& block : blocks)
        work(block);
      spent.push_back(static_cast<double>(wall_ns() - began) /
                      static_cast<double>(blocks.size()));
      turn.store(which + 1, std::memory_order_release);
    }
    return median(spent);
  }
};

template <class Door>
void pass_by_turns(const std::string& kind, std::size_t count,
                   std::size_t blocks) {
  Mapped<std::uint32_t> sizes{drawn};
  Random random{20240229};
  for (std::size_t i = 0; i < drawn; ++i)
    sizes[i] = size_of_kind(kind, random);
  Turns turns{std::vector<void*>(blocks)};
  double free = 0;
  std::thread consumer{[&] {
    Door door;
    free = turns.take(1, count, [&](void* block) { door.deallocate(block); });
  }};
  Door door;
  std::size_t at = 0;
  const double allocate = turns.take(0, count, [&](void*& block) {
    const std::size_t size = sizes[at++ % drawn];
    block = door.allocate(size);
    if constexpr (!requires { Door::writes; })
      write_block(block, size, false);
  });
  consumer.join();
  std::printf("%.3f,%.3f,%.3f\n", allocate, free, allocate + free);
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::string name = arguments.text("--allocator", "tarn");
  const std::string kind = arguments.text("--sizes", "64");
  const std::size_t slices = arguments.number("--slices", 11) + 1;
  const std::size_t blocks = arguments.number("--blocks", 200'000);
  const std::size_t by_turns = arguments.number("--turns", 0);
  const auto run = [&]<class Door>() {
    if (by_turns != 0)
      return pass_by_turns<Door>(kind, blocks / by_turns * slices, by_turns);
    std::printf("%.3f\n", median(pass<Door>(kind, slices, blocks)));
  };
  if (name == "ring")
    run.operator()<NoDoor>();
  else if (name == "blocks")
    run.operator()<BlocksDoor>();
  else if (name == "pool")
    run.operator()<PoolDoor<false>>();
  else if (name == "pool-cpu")
    run.operator()<PoolDoor<true>>();
  else
    with_door(name, [&]<class Door>(Door) { run.template operator()<Door>(); });
}
