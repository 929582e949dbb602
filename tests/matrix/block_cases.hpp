// block_cases.hpp - the faults of pools whose blocks go back one by one.
//
// Pool: take() gives a block of 64 bytes, give() takes one back, and
// take_of_second(), give_to_second() are those of another pool of its kind;
// foreign() is memory of no pool, that a block could be.
// SPDX-License-Identifier: MIT
#pragma once

#include "matrix/cases.hpp"

#include <array>

namespace tarn::test {

template <class Pool>
struct BlockCases {
  static void wrong_pool(const Turn& turn) {
    Pool pool;
    void* const block = pool.take_of_second();
    turn.at_place([&] {
      if (turn.is_clean)
        pool.give_to_second(hide(block));
      else
        pool.give(hide(block));
    });
  }

  static void foreign_free(const Turn& turn) {
    Pool pool;
    void* const block = pool.take();
    turn.at_place(
        [&] { pool.give(hide(turn.is_clean ? block : Pool::foreign())); });
    if (!turn.is_clean)
      pool.give(block);
  }

  static void interior_free(const Turn& turn) {
    Pool pool;
    auto* const block = static_cast<std::byte*>(pool.take());
    write(block, 0, size);
    turn.at_place([&] { pool.give(hide(block + (turn.is_clean ? 0 : 16))); });
  }

  // Takes more than a thread keeps for itself, so that a block that is free
  // twice is met.
  static void take_many(Pool& pool) {
    std::array<void*, Pool::many> blocks{};
    for (void*& block : blocks)
      block = pool.take();
    for (void* const block : blocks)
      pool.give(block);
  }

  static void double_free_at_once(const Turn& turn) {
    Pool pool;
    void* const block = pool.take();
    if (!turn.is_clean)
      pool.give(block);
    turn.at_place([&] {
      pool.give(hide(block));
      take_many(pool);
    });
    take_many(pool);
  }

  static void double_free_later(const Turn& turn) {
    Pool pool;
    std::array<void*, 5> others{};
    void* const block = pool.take();
    for (void*& other : others)
      other = pool.take();
    if (!turn.is_clean)
      pool.give(block);
    for (void* const other : others)
      pool.give(other);
    turn.at_place([&] {
      pool.give(hide(block));
      take_many(pool);
    });
    take_many(pool);
  }

  // Four bytes from `wrong` on, or from `right` on, of the second of three.
  static void write_at(const Turn& turn, std::ptrdiff_t wrong,
                       std::ptrdiff_t right) {
    Pool pool;
    void* const before = pool.take();
    void* const block = pool.take();
    void* const behind = pool.take();
    turn.at_place([&] { write(block, turn.is_clean ? right : wrong, 4); });
    pool.give(before);
    pool.give(block);
    pool.give(behind);
  }
  static void overflow_adjacent(const Turn& turn) {
    write_at(turn, size, size - 4);
  }
  static void overflow_far(const Turn& turn) {
    write_at(turn, size + 300, size - 4);
  }
  static void underflow(const Turn& turn) { write_at(turn, -4, 0); }

  static void read_after_free(const Turn& turn) {
    Pool pool;
    void* const block = pool.take();
    write(block, 0, size);
    if (!turn.is_clean)
      pool.give(block);
    turn.at_place([&] { static_cast<void>(read(block, 16)); });
    if (turn.is_clean)
      pool.give(block);
  }

  static void write_after_free(const Turn& turn) {
    Pool pool;
    void* const block = pool.take();
    write(block, 0, size);
    if (!turn.is_clean)
      pool.give(block);
    turn.at_place([&] { write(block, 16, 1, 0x21); });
    if (turn.is_clean)
      pool.give(block);
    take_many(pool);
  }

  static void read_fresh(const Turn& turn) {
    Pool pool;
    void* const block = pool.take();
    turn.at_place([&] {
      if (turn.is_clean)
        write(block, 0, size);
      if (read(block, 16) == 0x7f)
        write(block, 16, 1);
    });
    pool.give(block);
  }

  [[gnu::noinline]] static void take_and_drop(Pool& pool, bool is_clean) {
    void* const block = hide(pool.take());
    if (is_clean)
      pool.give(block);
  }
  static void leak_block(const Turn& turn) {
    // Lives until the end, or its blocks would end with it.
    static Pool& pool = *new Pool;
    turn.at_place([&] { take_and_drop(pool, turn.is_clean); });
    forget_stack();
  }
};

// Those of heaps alone: take_large() and give_sized() as well.
template <class Pool>
struct HeapCases : BlockCases<Pool> {
  static void interior_free_large(const Turn& turn) {
    Pool pool;
    auto* const block = static_cast<std::byte*>(pool.take_large());
    turn.at_place([&] { pool.give(hide(block + (turn.is_clean ? 0 : 16))); });
  }

  static void read_after_large_free(const Turn& turn) {
    Pool pool;
    void* const block = pool.take_large();
    write(block, 0, size);
    if (!turn.is_clean)
      pool.give(block);
    turn.at_place([&] { static_cast<void>(read(block, 16)); });
    if (turn.is_clean)
      pool.give(block);
  }

  static void size_mismatch(const Turn& turn) {
    Pool pool;
    void* const block = pool.take();
    turn.at_place(
        [&] { pool.give_sized(hide(block), turn.is_clean ? size : 48); });
  }

  static void region_block_freed(const Turn& turn) {
    Pool pool;
    void* const block = pool.take();
    void* const theirs = Pool::take_of_region();
    turn.at_place([&] { pool.give(hide(turn.is_clean ? block : theirs)); });
  }
};

}  // namespace tarn::test
