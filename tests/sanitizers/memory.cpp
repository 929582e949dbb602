// MemorySanitizer: a new block has no value, whatever lay there before.
#include "tarn/checked_fixed.hpp"
#include "tarn/heap.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/region.hpp"

#include "cases.hpp"

#include <cstdlib>
#include <cstring>
#include <unistd.h>

namespace {

constexpr std::size_t size = 64;

// A choice is what the sanitizer looks at. No C++ runtime is instrumented, so
// nothing of one is used.
void choose_by(const char* block) {
  if (block[5] == 'x')
    (void)!write(STDOUT_FILENO, "", 0);
}

char* block_of(tarn::Region& region, std::size_t bytes = size) {
  return static_cast<char*>(region.allocate(bytes));
}

void written() {
  tarn::Region region{{.name = "request"}};
  for (int round = 0; round < 3; ++round) {
    char* const block = block_of(region);
    std::memset(block, 'x', size);
    choose_by(block);
    choose_by(static_cast<char*>(region.grow(block, size, 10 * size)));
    choose_by(static_cast<char*>(region.allocate_zeroed(size)));
    choose_by(static_cast<char*>(region.allocate_zeroed(100'000)));
    region.reset();
  }
}

void first_use() {
  tarn::Region region{{.name = "request"}};
  choose_by(block_of(region));
}

void old_contents() {
  tarn::Region region{{.name = "request"}};
  std::memset(block_of(region), 'x', size);
  region.reset();
  choose_by(block_of(region));
}

char* block_of(tarn::Heap& heap, std::size_t bytes = size) {
  return static_cast<char*>(heap.allocate(bytes));
}

void heap_written() {
  tarn::Heap heap{{.name = "requests"}};
  for (int round = 0; round < 3; ++round) {
    char* block = block_of(heap);
    std::memset(block, 'x', size);
    block = static_cast<char*>(heap.reallocate(block, 10 * size));
    choose_by(block);
    heap.deallocate(block);
    block = static_cast<char*>(heap.allocate_zeroed(size));
    choose_by(block);
    heap.deallocate(block);
    block = static_cast<char*>(heap.allocate_zeroed(100'000));
    choose_by(block);
    heap.deallocate(block);
  }
}

void heap_old_contents() {
  tarn::Heap heap{{.name = "requests"}};
  std::memset(block_of(heap), 'x', size);
  choose_by(block_of(heap));
}

struct Object {
  char bytes[size] = {};
};

// Constructed once, it keeps its state.
void object_kept() {
  tarn::ObjectPool<Object> pool{{.name = "connection"}};
  for (int round = 0; round < 3; ++round) {
    Object* const object = pool.acquire_raw();
    choose_by(object->bytes);
    object->bytes[5] = 'y';
    pool.release(object);
  }
}

struct Bare {
  Bare() {}  // NOLINT: its bytes have no value
  char bytes[size];
};

void object_anew() {
  tarn::ObjectPool<Bare, tarn::MakeAnew<Bare>> pool{{.name = "connection"}};
  Bare* object = pool.acquire_raw();
  std::memset(object->bytes, 'x', size);
  pool.release(object);
  for (int i = 0; i < 100; ++i)
    choose_by(pool.acquire_raw()->bytes);
}

using Texts = tarn::Checked<tarn::FixedHeap<tarn::half_fit>>;
alignas(16) std::byte the_buffer[8 * 1024];

void fixed_written() {
  Texts texts{{}, the_buffer};
  for (int round = 0; round < 30; ++round) {
    auto* block = static_cast<char*>(texts.allocate(size));
    std::memset(block, 'x', size);
    block = static_cast<char*>(texts.reallocate(block, 10 * size));
    choose_by(block);
    if (texts.size_of(block) != 10 * size)
      std::abort();
    texts.deallocate(block);
  }
}

void fixed_old_contents() {
  Texts texts{{}, the_buffer};
  for (int round = 0; round < 30; ++round) {
    auto* const block = static_cast<char*>(texts.allocate(size));
    std::memset(block, 'x', size);
    texts.deallocate(block);
  }
  choose_by(static_cast<char*>(texts.allocate(size)));
}

}  // namespace

int main(int count, char** arguments) {
  return run_case(count, arguments,
                  {{"written", written},
                   {"first_use", first_use},
                   {"old_contents", old_contents},
                   {"heap_written", heap_written},
                   {"heap_old_contents", heap_old_contents},
                   {"object_kept", object_kept},
                   {"object_anew", object_anew},
                   {"fixed_written", fixed_written},
                   {"fixed_old_contents", fixed_old_contents}});
}
