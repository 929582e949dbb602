// accesses.hpp - what AddressSanitizer and memcheck are both asked: accesses
// that leave a pool's block or outlive it, and clean ones beside them.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/heap.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/region.hpp"

#include "fixed_pools.hpp"

#include <cstdlib>
#include <cstring>

namespace {

[[gnu::noinline]] char* block_of(tarn::Region& region, std::size_t size = odd) {
  return static_cast<char*>(region.allocate(size));
}

void life() {
  tarn::Region region{{.name = "request"}};
  for (int round = 0; round < 3; ++round) {
    const tarn::Mark mark = region.mark();
    char* text = block_of(region, 100);
    std::memset(text, 1, 100);
    text = static_cast<char*>(region.grow(text, 100, 5000));
    choose_by(text, 99);
    text = static_cast<char*>(region.grow(text, 5000, 500'000));
    choose_by(text, 99);
    std::memset(text, 1, 500'000);
    region.deallocate(text, 500'000);
    text = static_cast<char*>(region.allocate_zeroed(77));
    choose_by(text, 76);
    std::memset(text, 1, 77);
    std::memset(region.allocate(40, 4096), 1, 40);
    std::memset(region.allocate(300'000, 4096), 1, 300'000);
    (void)region.reserve(10'000);
    region.rewind(mark);
    std::memset(block_of(region), 1, odd);
    text = block_of(region, 0);
    text = static_cast<char*>(region.grow(text, 0, 20));
    std::memset(text, 1, 20);
    tarn::Region other;
    std::memset(block_of(other), 1, odd);
    (void)region.merge(other);
    region.reset();
  }
}

// Memory of somebody else is free of what the region said of it.
void in_a_buffer() {
  tarn::BufferUpstream upstream{the_buffer, sizeof the_buffer};
  {
    tarn::Region region{upstream, {.name = "request"}};
    const tarn::Mark mark = region.mark();
    std::memset(block_of(region), 1, odd);
    region.rewind(mark);
    std::memset(block_of(region, 20'000), 1, 20'000);
    region.reset();
    std::memset(block_of(region), 1, odd);
  }
  std::memset(the_buffer, 1, sizeof the_buffer);
}

void behind() {
  tarn::Region region{{.name = "request"}};
  char* const block = block_of(region);
  block_of(region);
  write_at(block, odd);
}

void before() {
  tarn::Region region{{.name = "request"}};
  block_of(region);
  write_at(block_of(region) - 1, 0);
}

void behind_large() {
  tarn::Region region{{.name = "request"}};
  write_at(block_of(region, 100'001), 100'001);
}

void after_reset() {
  tarn::Region region{{.name = "request"}};
  char* const block = block_of(region);
  region.reset();
  block_of(region);
  write_at(block, 3);
}

void after_rewind() {
  tarn::Region region{{.name = "request"}};
  const tarn::Mark mark = region.mark();
  char* const block = block_of(region);
  region.rewind(mark);
  block_of(region);
  read_at(block, 3);
}

void after_end() {
  char* block = nullptr;
  {
    tarn::Region region{{.name = "request"}};
    block = block_of(region);
  }
  tarn::Region next;
  block_of(next);
  read_at(block, 3);
}

void after_deallocate() {
  tarn::Region region{{.name = "request"}};
  char* const block = block_of(region, 200);
  block_of(region);
  region.deallocate(block, 200);
  write_at(block, 100);
}

[[gnu::noinline]] char* block_of(tarn::Heap& heap, std::size_t size = odd) {
  return static_cast<char*>(heap.allocate(size));
}

void heap_life() {
  tarn::Heap heap{{.name = "requests"}};
  for (int round = 0; round < 3; ++round)
    for (std::size_t size = 0; size < 300'000; size = 2 * size + 1) {
      char* block = block_of(heap, size);
      std::memset(block, 1, size);
      block = static_cast<char*>(heap.reallocate(block, 3 * size + 1));
      if (size != 0)
        choose_by(block, size - 1);
      std::memset(block, 1, 3 * size + 1);
      heap.deallocate(block);
      block = static_cast<char*>(heap.allocate_zeroed(size + 1));
      choose_by(block, size);
      std::memset(block, 1, heap.usable_size(block));
      heap.deallocate(block);
      block = static_cast<char*>(heap.allocate(size, 4096));
      std::memset(block, 1, size);
      heap.deallocate(block, size);
    }
  // What is left goes with its heap, and the memory is anybody's.
  std::memset(block_of(heap, 1000), 1, 1000);
}

// Of a heap that ended the memory soon is another block's, by which memcheck
// may name it.
tarn::Heap& lasting_heap() {
  static tarn::Heap& heap = *new tarn::Heap{{.name = "requests"}};
  return heap;
}

void heap_behind() {
  tarn::Heap& heap = lasting_heap();
  char* const block = block_of(heap);
  write_at(block, odd);
  heap.deallocate(block);
}

void heap_before() {
  tarn::Heap& heap = lasting_heap();
  char* const block = block_of(heap);
  write_at(block - 1, 0);
  heap.deallocate(block);
}

void heap_behind_large() {
  tarn::Heap& heap = lasting_heap();
  char* const block = block_of(heap, 100'001);
  write_at(block, 100'001);
  heap.deallocate(block);
}

void heap_after_free() {
  tarn::Heap& heap = lasting_heap();
  char* const block = block_of(heap, 200);
  heap.deallocate(block);
  heap.deallocate(block_of(heap, 200));
  write_at(block, 100);
}

void heap_after_free_large() {
  tarn::Heap& heap = lasting_heap();
  char* const block = block_of(heap, 20'000);
  heap.deallocate(block);
  heap.deallocate(block_of(heap, 20'000));
  read_at(block, 10'000);
}

void heap_double_free() {
  tarn::Heap& heap = lasting_heap();
  char* const block = block_of(heap, 200);
  heap.deallocate(block);
  heap.deallocate(block);
}

struct Object {
  char bytes[odd] = {};
  void* held = std::malloc(1234);

  Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object() { std::free(held); }
};

using Pool = tarn::ObjectPool<Object>;

[[gnu::noinline]] Object* object_of(Pool& pool) {
  return pool.acquire_raw();
}

void objects_life() {
  Pool pool{{.name = "connection"}};
  (void)pool.reserve(100);
  Object* objects[100];
  for (int round = 0; round < 3; ++round) {
    for (Object*& object : objects) {
      object = object_of(pool);
      choose_by(object->bytes, 3);
      std::memset(object->bytes, 1, odd);
    }
    for (Object* object : objects)
      pool.release(object);
    if (round == 1)
      (void)pool.reap();
  }
  tarn::ObjectPool<char> narrow{{.name = "narrow"}};
  for (int i = 0; i < 100; ++i)
    *narrow.acquire() = 1;
}

void objects_behind() {
  Pool pool{{.name = "connection"}};
  Object* const object = object_of(pool);
  write_at(object->bytes, sizeof(Object));
  pool.release(object);
}

void objects_before() {
  Pool pool{{.name = "connection"}};
  Object* const object = object_of(pool);
  write_at(object->bytes - 1, 0);
  pool.release(object);
}

void objects_after_release() {
  Pool pool{{.name = "connection"}};
  Object* const object = object_of(pool);
  pool.release(object);
  write_at(object->bytes, 3);
}

void objects_after_end() {
  Object* object = nullptr;
  {
    Pool pool{{.name = "connection"}};
    object = object_of(pool);
    pool.release(object);
  }
  read_at(object->bytes, 3);
}

// What lived is freed last, since memcheck names freed blocks by who had their
// memory before.
constexpr std::initializer_list<Case> accesses = {
    {"life", life},
    {"in_a_buffer", in_a_buffer},
    {"behind", behind},
    {"before", before},
    {"behind_large", behind_large},
    {"after_reset", after_reset},
    {"after_rewind", after_rewind},
    {"after_end", after_end},
    {"after_deallocate", after_deallocate},
    {"heap_behind", heap_behind},
    {"heap_before", heap_before},
    {"heap_behind_large", heap_behind_large},
    {"heap_after_free", heap_after_free},
    {"heap_after_free_large", heap_after_free_large},
    {"heap_double_free", heap_double_free},
    {"heap_life", heap_life},
    {"objects_life", objects_life},
    {"objects_behind", objects_behind},
    {"objects_before", objects_before},
    {"objects_after_release", objects_after_release},
    {"objects_after_end", objects_after_end}};

}  // namespace
