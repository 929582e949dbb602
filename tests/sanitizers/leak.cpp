// LeakSanitizer: what only pools point to is kept, what nobody points to is
// told, whatever a pool had in the same place before.
#include "tarn/checked_fixed.hpp"
#include "tarn/heap.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/region.hpp"

#include "cases.hpp"

#include <cstdlib>
#include <new>

namespace {

struct Holder {
  void* held;
};

// Alive at the end, and in no place that a sanitizer knows by itself but this.
Holder* the_holder;

// Lives longer than exit handlers run.
tarn::Region& lasting_region() {
  static auto* const region = new tarn::Region;
  return *region;
}

void held_by_region() {
  tarn::Region& region = lasting_region();
  the_holder = region.make<Holder>(Holder{std::malloc(1234)});
}

void held_by_heap() {
  static auto& heap = *new tarn::Heap{{.name = "holders"}};
  the_holder = ::new (heap.allocate(sizeof(Holder))) Holder{std::malloc(1234)};
}

struct Connection {
  void* held = std::malloc(1234);
};

void held_by_object() {
  static auto& pool = *new tarn::ObjectPool<Connection>;
  static_cast<void>(pool.acquire_raw());
}

// Its next user has what it holds.
void held_by_object_that_waits() {
  static auto& pool = *new tarn::ObjectPool<Connection>;
  pool.release(pool.acquire_raw());
}

void held_by_fixed() {
  static auto& heap = *new tarn::Checked<tarn::FixedHeap<tarn::half_fit, 4096>>;
  the_holder = ::new (heap.allocate(sizeof(Holder))) Holder{std::malloc(1234)};
}

// Several, since one may be kept by what is left in a register.
void held_by_nobody() {
  for (int i = 0; i < 8; ++i) {
    tarn::Region& region = lasting_region();
    the_holder = region.make<Holder>(Holder{std::malloc(1234)});
    the_holder->held = nullptr;
  }
}

void held_by_what_was_reset() {
  tarn::Region& region = lasting_region();
  for (int i = 0; i < 8; ++i)
    the_holder = region.make<Holder>(Holder{std::malloc(1234)});
  the_holder = nullptr;
  region.reset();
}

}  // namespace

int main(int count, char** arguments) {
  return run_case(count, arguments,
                  {{"held_by_region", held_by_region},
                   {"held_by_heap", held_by_heap},
                   {"held_by_object", held_by_object},
                   {"held_by_object_that_waits", held_by_object_that_waits},
                   {"held_by_fixed", held_by_fixed},
                   {"held_by_nobody", held_by_nobody},
                   {"held_by_what_was_reset", held_by_what_was_reset}});
}
