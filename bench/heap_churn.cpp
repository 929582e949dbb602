// heap_churn.cpp - what does a block cost, allocated and freed by its thread?
//
//     bench_heap_churn --allocator tarn|malloc|floor --pattern random
//                      --sizes 64|256|mixed [--threads 1] [--live 5000]
//
// random: one of `live` blocks, drawn, is freed and allocated anew. batch: 1000
// blocks, freed in the order in which they were made. lifo: freed the other way
// round. pair: freed at once. Prints CSV: wall and work nanoseconds for one
// allocation with its free, in each thread. One word of each block is written.
// The loop runs in tarn_bench_measured for tools that count instructions, where
// --pairs says how many are counted.
// SPDX-License-Identifier: MIT
#include "support/arguments.hpp"
#include "support/door.hpp"
#include "support/sizes.hpp"
#include "support/together.hpp"

#include <memory>

using namespace tarn::bench;

namespace {

constexpr std::size_t drawn = std::size_t{1} << 16;
constexpr std::size_t in_batch = 1000;

enum class Pattern { random, batch, lifo, pair };

Pattern pattern_of(const std::string& name) {
  if (name == "random")
    return Pattern::random;
  if (name == "batch" || name == "fifo")
    return Pattern::batch;
  if (name == "lifo")
    return Pattern::lifo;
  if (name == "pair")
    return Pattern::pair;
  stop("no pattern '" + name + "': random, batch, fifo, lifo or pair");
}

struct Asked {
  Pattern pattern;
  std::string sizes;
  std::size_t live;
  std::size_t pairs;
};

// What all doors walk through in the same way.
class Tables {
 public:
  Tables(const Asked& asked, std::size_t seed)
      : sizes(drawn), places(drawn), blocks(std::max(asked.live, in_batch)) {
    Random random{20240229 + seed};
    for (std::size_t i = 0; i < drawn; ++i) {
      sizes[i] = size_of_kind(asked.sizes, random);
      places[i] = random.between(0, static_cast<std::uint32_t>(asked.live) - 1);
    }
  }

  Mapped<std::uint32_t> sizes;
  Mapped<std::uint32_t> places;
  Mapped<void*> blocks;
};

template <class Door>
void* allocate_written(Door& door, std::size_t size) {
  void* const block = door.allocate(size);
  write_block(block, size, false);
  return block;
}

template <class Door>
void replace(Door& door, Tables& tables, std::size_t pairs) {
  const std::uint32_t* const sizes = tables.sizes.data();
  const std::uint32_t* const places = tables.places.data();
  void** const blocks = tables.blocks.data();
  for (std::size_t i = 0; i < pairs; ++i) {
    void*& block = blocks[places[i % drawn]];
    door.deallocate(block);
    block = allocate_written(door, sizes[i % drawn]);
  }
}

template <class Door>
void allocate_batches(Door& door, Tables& tables, std::size_t pairs,
                      bool backwards) {
  const std::uint32_t* const sizes = tables.sizes.data();
  void** const blocks = tables.blocks.data();
  std::size_t at = 0;
  for (std::size_t done = 0; done < pairs; done += in_batch) {
    for (std::size_t i = 0; i < in_batch; ++i)
      blocks[i] = allocate_written(door, sizes[at++ % drawn]);
    if (backwards)
      for (std::size_t i = in_batch; i-- != 0;)
        door.deallocate(blocks[i]);
    else
      for (std::size_t i = 0; i < in_batch; ++i)
        door.deallocate(blocks[i]);
  }
}

template <class Door>
void allocate_pairs(Door& door, Tables& tables, std::size_t pairs) {
  const std::uint32_t* const sizes = tables.sizes.data();
  for (std::size_t i = 0; i < pairs; ++i)
    door.deallocate(allocate_written(door, sizes[i % drawn]));
}

template <class Door>
void churn(Door& door, Tables& tables, Pattern pattern, std::size_t pairs) {
  switch (pattern) {
    case Pattern::random:
      return replace(door, tables, pairs);
    case Pattern::batch:
      return allocate_batches(door, tables, pairs, false);
    case Pattern::lifo:
      return allocate_batches(door, tables, pairs, true);
    case Pattern::pair:
      return allocate_pairs(door, tables, pairs);
  }
}

}  // namespace

// Unmangled and not inlined, so that a tool can be told its name.
extern "C" [[gnu::noinline]] void tarn_bench_measured(void (*work)(void*),
                                                      void* with) {
  work(with);
}

namespace {

template <class Door>
class Worker {
 public:
  Worker(const Asked& asked, std::size_t seed)
      : asked_(asked), tables_(std::make_unique<Tables>(asked, seed)) {
    if (asked.pattern == Pattern::random)
      for (std::size_t i = 0; i < asked.live; ++i)
        tables_->blocks[i] = allocate_written(door_, tables_->sizes[i % drawn]);
  }

  void work() { churn(door_, *tables_, asked_.pattern, asked_.pairs); }

 private:
  Door door_;
  Asked asked_;
  std::unique_ptr<Tables> tables_;
};

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const std::size_t threads = arguments.number("--threads", 1);
  const std::size_t counted = arguments.number("--pairs", 0);
  const Asked asked{
      pattern_of(arguments.text("--pattern", "random")),
      arguments.text("--sizes", "64"), arguments.number("--live", 5000),
      counted != 0 ? counted : arguments.number("--slice", 200'000)};
  with_door(arguments.text("--allocator", "tarn"), [&]<class Door>(Door) {
    if (counted != 0) {
      Worker<Door> worker{asked, 0};
      worker.work();
      tarn_bench_measured(
          [](void* it) { static_cast<Worker<Door>*>(it)->work(); }, &worker);
      return;
    }
    const Slice spent = typical(work_together(
        threads, arguments.number("--slices", 11), [&](std::size_t i) {
          return Worker<Door>{asked, i};
        }));
    const auto pairs = static_cast<double>(asked.pairs);
    std::printf("%.3f,%.3f\n", spent.wall_ns / pairs, spent.work_ns / pairs);
  });
}
