// Valgrind's memcheck: it goes on after what it tells, so one run has all
// cases, each between two lines of its own.
#include "accesses.hpp"

#include <cstdio>

namespace {

// A region that lives to the end owns what nobody else points to.
void kept_region() {
  static tarn::Region& region = *new tarn::Region;
  for (int i = 0; i < 100; ++i)
    block_of(region)[0] = 1;
}

void kept_objects() {
  static Pool& pool = *new Pool{{.name = "connection"}};
  Object* objects[100];
  for (Object*& object : objects)
    object = object_of(pool);
  for (Object* object : objects)
    pool.release(object);
}

void fresh_region() {
  tarn::Region region{{.name = "request"}};
  std::memset(block_of(region, 64), 'x', 64);
  region.reset();
  choose_by(block_of(region, 64), 5);
}

void fresh_heap() {
  tarn::Heap& heap = lasting_heap();
  char* const block = block_of(heap);
  choose_by(block, 5);
  heap.deallocate(block);
}

void double_release() {
  Pool pool{{.name = "connection"}};
  Object* const object = object_of(pool);
  pool.release(object);
  pool.release(object);
}

void* volatile the_block;

// Of several the last may be pointed to yet.
void lost_in_heap() {
  static tarn::Heap& heap = *new tarn::Heap;
  for (int i = 0; i < 8; ++i)
    the_block = block_of(heap, 321);
  the_block = nullptr;
}

void lost_object() {
  static Pool& pool = *new Pool{{.name = "connection"}};
  for (int i = 0; i < 8; ++i)
    the_block = object_of(pool);
  the_block = nullptr;
}

constexpr std::initializer_list<Case> others = {
    {"kept_region", kept_region},   {"kept_objects", kept_objects},
    {"fresh_region", fresh_region}, {"fresh_heap", fresh_heap},
    {"lost_object", lost_object},   {"double_release", double_release},
    {"lost_in_heap", lost_in_heap}};

}  // namespace

int main() {
  tarn::set_after_fault(tarn::AfterFault::go_on);
  for (const auto& cases : {accesses, fixed_accesses, others})
    for (const Case& one : cases) {
      std::fprintf(stderr, "case %s\n", one.name);
      one.run();
      forget_stack();
    }
  std::fprintf(stderr, "case at_exit\n");
  return 0;
}
