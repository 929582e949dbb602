// Valgrind's memcheck: it goes on after what it tells, so one run has all
// cases, each between two lines of its own.
#include "tarn/heap.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/region.hpp"

#include "cases.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace {

constexpr std::size_t odd = 13;

volatile std::size_t the_offset;
volatile char the_value;

[[gnu::noinline]] void write_at(char* block, std::size_t offset) {
  the_offset = offset;
  block[the_offset] = 'x';
}

[[gnu::noinline]] void read_at(const char* block, std::size_t offset) {
  the_offset = offset;
  the_value = block[the_offset];
}

[[gnu::noinline]] void choose_by(const char* block, std::size_t offset) {
  the_offset = offset;
  if (block[the_offset] == 'x')
    (void)!write(STDERR_FILENO, "", 0);
}

[[gnu::noinline]] char* block_of(tarn::Region& region, std::size_t size = odd) {
  return static_cast<char*>(region.allocate(size));
}

void clean_region() {
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

alignas(64) char the_buffer[64 * 1024];

void clean_buffer() {
  tarn::BufferUpstream upstream{the_buffer, sizeof the_buffer};
  {
    tarn::Region region{upstream, {.name = "request"}};
    std::memset(block_of(region), 1, odd);
    region.reset();
    std::memset(block_of(region), 1, odd);
  }
  std::memset(the_buffer, 1, sizeof the_buffer);
}

// A region that lives to the end owns what nobody else points to.
void kept_region() {
  static tarn::Region& region = *new tarn::Region;
  for (int i = 0; i < 100; ++i)
    block_of(region)[0] = 1;
}

void behind_region() {
  tarn::Region region{{.name = "request"}};
  char* const block = block_of(region);
  block_of(region);
  write_at(block, odd);
}

void before_region() {
  tarn::Region region{{.name = "request"}};
  block_of(region);
  write_at(block_of(region) - 1, 0);
}

void fresh_region() {
  tarn::Region region{{.name = "request"}};
  std::memset(block_of(region, 64), 'x', 64);
  region.reset();
  choose_by(block_of(region, 64), 5);
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

void clean_heap() {
  tarn::Heap heap{{.name = "requests"}};
  for (int round = 0; round < 3; ++round)
    for (std::size_t size = 0; size < 300'000; size = 2 * size + 1) {
      char* block = block_of(heap, size + 1);
      std::memset(block, 1, size + 1);
      block = static_cast<char*>(heap.reallocate(block, 3 * size + 2));
      choose_by(block, size);
      heap.deallocate(block);
      block = static_cast<char*>(heap.allocate_zeroed(size + 1));
      choose_by(block, size);
      heap.deallocate(block);
      block = static_cast<char*>(heap.allocate(size, 4096));
      std::memset(block, 1, size);
      heap.deallocate(block, size);
    }
  std::memset(block_of(heap, 1000), 1, 1000);
}

// Of a heap that ended the memory soon is another block's, by which memcheck
// may name it.
tarn::Heap& lasting_heap() {
  static tarn::Heap& heap = *new tarn::Heap{{.name = "requests"}};
  return heap;
}

void behind_heap() {
  tarn::Heap& heap = lasting_heap();
  char* const block = block_of(heap);
  write_at(block, odd);
  heap.deallocate(block);
}

void behind_large() {
  tarn::Heap& heap = lasting_heap();
  char* const block = block_of(heap, 20'001);
  read_at(block, 20'001);
  heap.deallocate(block);
}

void fresh_heap() {
  tarn::Heap& heap = lasting_heap();
  char* const block = block_of(heap);
  choose_by(block, 5);
  heap.deallocate(block);
}

void after_free() {
  tarn::Heap& heap = lasting_heap();
  char* const block = block_of(heap, 200);
  heap.deallocate(block);
  heap.deallocate(block_of(heap, 200));
  write_at(block, 100);
}

void double_free() {
  tarn::Heap& heap = lasting_heap();
  char* const block = block_of(heap, 200);
  heap.deallocate(block);
  heap.deallocate(block);
}

void* volatile the_block;

// Of several the last may be pointed to yet.
void lost_in_heap() {
  static tarn::Heap& heap = *new tarn::Heap;
  for (int i = 0; i < 8; ++i)
    the_block = block_of(heap, 321);
  the_block = nullptr;
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

void clean_objects() {
  Pool pool{{.name = "connection"}};
  (void)pool.reserve(100);
  Object* objects[100];
  for (int round = 0; round < 3; ++round) {
    for (Object*& object : objects) {
      object = object_of(pool);
      choose_by(object->bytes, 3);
      object->bytes[4] = 'y';
    }
    for (Object* object : objects)
      pool.release(object);
    if (round == 1)
      (void)pool.reap();
  }
}

void kept_objects() {
  static Pool& pool = *new Pool{{.name = "connection"}};
  Object* objects[100];
  for (Object*& object : objects)
    object = object_of(pool);
  for (Object* object : objects)
    pool.release(object);
}

void behind_object() {
  Pool pool{{.name = "connection"}};
  Object* const object = object_of(pool);
  write_at(object->bytes, sizeof(Object));
  pool.release(object);
}

void after_release() {
  Pool pool{{.name = "connection"}};
  Object* const object = object_of(pool);
  pool.release(object);
  write_at(object->bytes, 3);
}

void double_release() {
  Pool pool{{.name = "connection"}};
  Object* const object = object_of(pool);
  pool.release(object);
  pool.release(object);
}

void after_pool() {
  Object* object = nullptr;
  {
    Pool pool{{.name = "connection"}};
    object = object_of(pool);
    pool.release(object);
  }
  read_at(object->bytes, 3);
}

void lost_object() {
  static Pool& pool = *new Pool{{.name = "connection"}};
  for (int i = 0; i < 8; ++i)
    the_block = object_of(pool);
  the_block = nullptr;
}

struct Named {
  const char* name;
  void (*run)();
};

constexpr Named cases[] = {
    {"clean_region", clean_region},     {"clean_buffer", clean_buffer},
    {"kept_region", kept_region},       {"behind_region", behind_region},
    {"before_region", before_region},   {"fresh_region", fresh_region},
    {"after_reset", after_reset},       {"after_rewind", after_rewind},
    {"after_end", after_end},           {"after_deallocate", after_deallocate},
    {"behind_heap", behind_heap},       {"behind_large", behind_large},
    {"fresh_heap", fresh_heap},         {"after_free", after_free},
    {"double_free", double_free},       {"clean_heap", clean_heap},
    {"behind_object", behind_object},   {"after_release", after_release},
    {"double_release", double_release}, {"after_pool", after_pool},
    {"clean_objects", clean_objects},   {"kept_objects", kept_objects},
    {"lost_object", lost_object},       {"lost_in_heap", lost_in_heap}};

}  // namespace

int main() {
  tarn::set_after_fault(tarn::AfterFault::go_on);
  for (const Named& one : cases) {
    std::fprintf(stderr, "case %s\n", one.name);
    one.run();
    forget_stack();
  }
  std::fprintf(stderr, "case at_exit\n");
  return 0;
}
