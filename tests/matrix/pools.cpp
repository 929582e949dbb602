// pools.cpp - the pools whose blocks go back one by one.
#include "tarn/checked_fixed.hpp"
#include "tarn/heap.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/region.hpp"

#include "matrix/block_cases.hpp"
#include "matrix/regions.hpp"

#include <type_traits>
#include <vector>

namespace tarn::test {
namespace {

alignas(64) std::byte nobodys[256];

void* block_of_region() {
  static Region region{{.name = "r"}};
  return region.allocate(size);
}

// The heap of the process, or one of its own.
template <bool IsOwn>
struct AHeap {
  static constexpr std::size_t many = 3000;
  static void* foreign() { return nobodys + 64; }
  static void* take_of_region() { return block_of_region(); }

  void* take() { return heap().allocate(size); }
  void* take_large() { return heap().allocate(large); }
  void give(void* p) { heap().deallocate(p); }
  void give_sized(void* p, std::size_t bytes) { heap().deallocate(p, bytes); }
  void* take_of_second() { return second.allocate(size); }
  void give_to_second(void* p) { second.deallocate(p); }

  Heap& heap() {
    if constexpr (IsOwn)
      return own;
    else
      return default_heap();
  }
  Heap own{{.name = "own"}};
  Heap second{{.name = "second"}};
};

struct Thing {
  alignas(16) unsigned char bytes[size];
};

struct Objects {
  static constexpr std::size_t many = 1000;
  static void* foreign() { return nobodys + 64; }

  void* take() { return own.acquire_raw(); }
  void give(void* p) { own.release(static_cast<Thing*>(p)); }
  void* take_of_second() { return second.acquire_raw(); }
  void give_to_second(void* p) { second.release(static_cast<Thing*>(p)); }

  // Its end looks at what it was given, so it comes first.
  ObjectPool<Thing> second{{.name = "second"}};
  ObjectPool<Thing> own{{.name = "own"}};
};

struct Slots {
  static constexpr std::size_t many = 32;
  static void* foreign() { return nobodys + 64; }

  void* take() { return own.allocate(); }
  void give(void* p) { own.deallocate(p); }
  void* take_of_second() { return second.allocate(); }
  void give_to_second(void* p) { second.deallocate(p); }

  Checked<SlotPool<size, 32>> own;
  Checked<SlotPool<size, 32>> second;
};

struct Fixed {
  static constexpr std::size_t many = 32;
  static void* foreign() { return nobodys + 64; }

  void* take() { return own.allocate(size); }
  void give(void* p) { own.deallocate(p); }
  void* take_of_second() { return second.allocate(size); }
  void give_to_second(void* p) { second.deallocate(p); }

  Checked<FixedHeap<two_level, 16 * KiB>> own;
  Checked<FixedHeap<two_level, 16 * KiB>> second;
};

template <class Pool>
void ended_in_use(const Turn& turn) {
  turn.at_place([&] {
    Pool pool;
    void* const block = pool.take();
    if (turn.is_clean)
      pool.give(block);
  });
}

[[gnu::noinline]] void make_and_drop_pool(bool is_clean) {
  // In a block of the heap: what malloc has may be anybody's.
  using Pool = ObjectPool<Thing>;
  void* const place = default_heap().allocate(sizeof(Pool), alignof(Pool));
  auto* const pool = hide(::new (place) Pool{{.name = "own"}});
  Thing* const object = pool->acquire_raw();
  if (!is_clean)
    return;
  pool->release(object);
  pool->~Pool();
  default_heap().deallocate(place);
}
void leak_object_pool(const Turn& turn) {
  turn.at_place([&] { make_and_drop_pool(turn.is_clean); });
  forget_stack();
}

template <class Pool>
void bad_alignment(const Turn& turn) {
  turn.at_place([&] {
    Pool pool;
    const std::size_t align = turn.is_clean ? 16 : 3;
    if constexpr (std::is_same_v<Pool, Fixed>)
      pool.give(pool.own.allocate(size, align));
    else
      pool.give(pool.heap().allocate(size, align));
  });
}

template <class Pool>
void add_blocks(std::vector<Case>& all, const char* pool) {
  using Cases = BlockCases<Pool>;
  all.insert(all.end(),
             {{pool, "wrong_pool", Cases::wrong_pool},
              {pool, "foreign_free", Cases::foreign_free},
              {pool, "interior_free", Cases::interior_free},
              {pool, "double_free_at_once", Cases::double_free_at_once},
              {pool, "double_free_later", Cases::double_free_later},
              {pool, "overflow_adjacent", Cases::overflow_adjacent},
              {pool, "overflow_far", Cases::overflow_far},
              {pool, "underflow", Cases::underflow},
              {pool, "read_after_free", Cases::read_after_free},
              {pool, "write_after_free", Cases::write_after_free},
              {pool, "uninitialised_read", Cases::read_fresh}});
}

template <class Pool>
void add_heap(std::vector<Case>& all, const char* pool) {
  using Cases = HeapCases<Pool>;
  add_blocks<Pool>(all, pool);
  all.insert(all.end(),
             {{pool, "leak_block", Cases::leak_block},
              {pool, "interior_free_large", Cases::interior_free_large},
              {pool, "read_after_large_free", Cases::read_after_large_free},
              {pool, "size_mismatch", Cases::size_mismatch},
              {pool, "region_block_freed", Cases::region_block_freed}});
}

}  // namespace

const Case* cases() noexcept {
  static std::vector<Case> all;
  add_heap<AHeap<false>>(all, "heap");
  add_heap<AHeap<true>>(all, "own_heap");
  add_blocks<Objects>(all, "object");
  add_blocks<Slots>(all, "slot");
  add_blocks<Fixed>(all, "fixed");
  all.push_back({"object", "ended_in_use", ended_in_use<Objects>});
  all.push_back({"object", "leak_pool", leak_object_pool});
  all.push_back({"heap", "bad_alignment", bad_alignment<AHeap<false>>});
  all.push_back({"fixed", "bad_alignment", bad_alignment<Fixed>});
  for (const Case* c = region_cases(); c->pool != nullptr; ++c)
    all.push_back(*c);
  all.push_back({nullptr, nullptr, nullptr});
  return all.data();
}

}  // namespace tarn::test
