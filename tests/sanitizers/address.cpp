// AddressSanitizer: each access that leaves a pool's block, or outlives it.
#include "tarn/heap.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/region.hpp"

#include "cases.hpp"

#include <cstring>

namespace {

constexpr std::size_t odd = 13;

// The compiler is not to know which byte it is.
volatile std::size_t the_offset;

void write_at(char* block, std::size_t offset) {
  the_offset = offset;
  block[the_offset] = 'x';
}

char read_at(const char* block, std::size_t offset) {
  the_offset = offset;
  return block[the_offset];
}

char* block_of(tarn::Region& region, std::size_t size = odd) {
  return static_cast<char*>(region.allocate(size));
}

void inside() {
  tarn::Region region{{.name = "request"}};
  for (std::size_t size = 0; size < 300; ++size)
    std::memset(block_of(region, size), 1, size);
  std::memset(block_of(region, 1 << 20), 1, 1 << 20);
}

void life() {
  tarn::Region region{{.name = "request"}};
  for (int round = 0; round < 3; ++round) {
    const tarn::Mark mark = region.mark();
    char* text = block_of(region, 100);
    std::memset(text, 1, 100);
    text = static_cast<char*>(region.grow(text, 100, 5000));
    text = static_cast<char*>(region.grow(text, 5000, 500'000));
    std::memset(text, 1, 500'000);
    region.deallocate(text, 500'000);
    std::memset(region.allocate_zeroed(77), 1, 77);
    std::memset(region.allocate(40, 4096), 1, 40);
    std::memset(region.allocate(300'000, 4096), 1, 300'000);
    region.rewind(mark);
    std::memset(block_of(region), 1, odd);
    tarn::Region other;
    std::memset(block_of(other), 1, odd);
    (void)region.merge(other);
    region.reset();
  }
}

void wiped() {
  tarn::Region region{{.name = "keys", .wipe = true}};
  const tarn::Mark mark = region.mark();
  std::memset(block_of(region), 1, odd);
  std::memset(block_of(region, 100'000), 1, 100'000);
  region.rewind(mark);
  std::memset(block_of(region), 1, odd);
  region.reset();
  std::memset(block_of(region), 1, odd);
}

// Not tarn's: the sanitizer tells it as ever.
void nowhere() {
  tarn::Region region;
  block_of(region);
  static char* volatile place = nullptr;
  write_at(place, 16);
}

alignas(64) char the_buffer[64 * 1024];

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

void behind_in_a_buffer() {
  tarn::BufferUpstream upstream{the_buffer, sizeof the_buffer};
  tarn::Region region{upstream, {.name = "request"}};
  write_at(block_of(region), odd);
}

void not_looked_at() {
  tarn::Region region{{.checks = tarn::CheckMode::off}};
  char* const block = block_of(region);
  block_of(region);
  write_at(block, odd);
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
  write_at(block, 0);
}

void after_rewind() {
  tarn::Region region{{.name = "request"}};
  const tarn::Mark mark = region.mark();
  char* const block = block_of(region);
  region.rewind(mark);
  block_of(region);
  the_offset = static_cast<std::size_t>(read_at(block, 0));
}

void after_end() {
  char* block = nullptr;
  {
    tarn::Region region{{.name = "request"}};
    block = block_of(region);
  }
  tarn::Region next;
  block_of(next);
  the_offset = static_cast<std::size_t>(read_at(block, 3));
}

void after_deallocate() {
  tarn::Region region{{.name = "request"}};
  char* const block = block_of(region, 200);
  block_of(region);
  region.deallocate(block, 200);
  write_at(block, 100);
}

char* block_of(tarn::Heap& heap, std::size_t size = odd) {
  return static_cast<char*>(heap.allocate(size));
}

void heap_inside() {
  tarn::Heap heap{{.name = "requests"}};
  for (int round = 0; round < 3; ++round)
    for (std::size_t size = 0; size < 300'000; size = 2 * size + 1) {
      char* block = block_of(heap, size);
      std::memset(block, 1, size);
      block = static_cast<char*>(heap.reallocate(block, 3 * size + 1));
      std::memset(block, 1, 3 * size + 1);
      heap.deallocate(block);
      block = static_cast<char*>(heap.allocate_zeroed(size));
      std::memset(block, 1, heap.usable_size(block));
      heap.deallocate(block);
      block = static_cast<char*>(heap.allocate(size, 4096));
      std::memset(block, 1, size);
      heap.deallocate(block, size);
    }
  // What is left goes with its heap, and the memory is anybody's.
  std::memset(block_of(heap, 1000), 1, 1000);
}

void heap_behind() {
  tarn::Heap heap{{.name = "requests"}};
  write_at(block_of(heap), odd);
}

void heap_before() {
  tarn::Heap heap{{.name = "requests"}};
  write_at(block_of(heap) - 1, 0);
}

void heap_behind_large() {
  tarn::Heap heap{{.name = "requests"}};
  write_at(block_of(heap, 100'001), 100'001);
}

void heap_after_free() {
  tarn::Heap heap{{.name = "requests"}};
  char* const block = block_of(heap, 200);
  heap.deallocate(block);
  block_of(heap, 200);
  write_at(block, 100);
}

void heap_after_free_large() {
  tarn::Heap heap{{.name = "requests"}};
  char* const block = block_of(heap, 20'000);
  heap.deallocate(block);
  block_of(heap, 20'000);
  the_offset = static_cast<std::size_t>(read_at(block, 10'000));
}

void heap_double_free() {
  tarn::Heap heap{{.name = "requests"}};
  char* const block = block_of(heap, 200);
  heap.deallocate(block);
  heap.deallocate(block);
}

struct Object {
  char bytes[odd] = {};
  char* held = nullptr;

  Object() = default;
  Object(const Object&) = delete;
  Object& operator=(const Object&) = delete;
  ~Object() { delete held; }
};

using Pool = tarn::ObjectPool<Object>;

void objects_inside() {
  Pool pool{{.name = "connection"}};
  (void)pool.reserve(100);
  Object* objects[100];
  for (int round = 0; round < 3; ++round) {
    for (Object*& object : objects) {
      object = pool.acquire_raw();
      std::memset(object->bytes, 1, odd);
      if (object->held == nullptr)
        object->held = new char;
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
  Object* const object = pool.acquire_raw();
  write_at(reinterpret_cast<char*>(object), sizeof(Object));
}

void objects_before() {
  Pool pool{{.name = "connection"}};
  Object* const object = pool.acquire_raw();
  write_at(reinterpret_cast<char*>(object) - 1, 0);
}

void objects_after_release() {
  Pool pool{{.name = "connection"}};
  Object* const object = pool.acquire_raw();
  pool.release(object);
  write_at(object->bytes, 3);
}

void objects_after_end() {
  Object* object = nullptr;
  {
    Pool pool{{.name = "connection"}};
    object = pool.acquire_raw();
    pool.release(object);
  }
  write_at(object->bytes, 3);
}

}  // namespace

int main(int count, char** arguments) {
  return run_case(count, arguments,
                  {{"inside", inside},
                   {"life", life},
                   {"wiped", wiped},
                   {"nowhere", nowhere},
                   {"in_a_buffer", in_a_buffer},
                   {"behind_in_a_buffer", behind_in_a_buffer},
                   {"not_looked_at", not_looked_at},
                   {"behind", behind},
                   {"before", before},
                   {"behind_large", behind_large},
                   {"after_reset", after_reset},
                   {"after_rewind", after_rewind},
                   {"after_end", after_end},
                   {"after_deallocate", after_deallocate},
                   {"heap_inside", heap_inside},
                   {"heap_behind", heap_behind},
                   {"heap_before", heap_before},
                   {"heap_behind_large", heap_behind_large},
                   {"heap_after_free", heap_after_free},
                   {"heap_after_free_large", heap_after_free_large},
                   {"heap_double_free", heap_double_free},
                   {"objects_inside", objects_inside},
                   {"objects_behind", objects_behind},
                   {"objects_before", objects_before},
                   {"objects_after_release", objects_after_release},
                   {"objects_after_end", objects_after_end}});
}
