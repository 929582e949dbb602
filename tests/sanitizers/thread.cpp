// ThreadSanitizer: a late user of memory that was given back is in a race, and
// one that handed over as it should is not, whoever has the memory next.
#include "tarn/checked_fixed.hpp"
#include "tarn/heap.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/region.hpp"

#include "cases.hpp"

#include <atomic>
#include <pthread.h>
#include <unistd.h>

namespace {

constexpr std::size_t size = 64;

struct Shared {
  tarn::Region region{{.name = "request"}};
  char* block = nullptr;
  // Seen by the sanitizer, as programs' own are; relaxed orders nothing.
  std::atomic<int> step{0};
};

char* block_of(tarn::Region& region) {
  return static_cast<char*>(region.allocate(size));
}

void wait_for(const std::atomic<int>& step, int wanted,
              std::memory_order order) {
  while (step.load(order) != wanted)
    usleep(100);
}

void use(Shared& shared, std::memory_order order) {
  shared.block[3] = 'x';
  shared.step.store(1, order);
}

void* use_late(void* context) {
  use(*static_cast<Shared*>(context), std::memory_order_relaxed);
  return nullptr;
}

void* use_in_time(void* context) {
  use(*static_cast<Shared*>(context), std::memory_order_release);
  return nullptr;
}

// Gives the block back once a thread of `user` said that it has used it.
template <typename Give>
void give_back_after(void* (*user)(void*), Shared& shared,
                     std::memory_order order, const Give& give) {
  pthread_t thread;
  pthread_create(&thread, nullptr, user, &shared);
  wait_for(shared.step, 1, order);
  give();
  pthread_join(thread, nullptr);
}

void late_user() {
  Shared shared;
  shared.block = block_of(shared.region);
  give_back_after(use_late, shared, std::memory_order_relaxed,
                  [&] { shared.region.reset(); });
}

void user_in_time() {
  Shared shared;
  shared.block = block_of(shared.region);
  give_back_after(use_in_time, shared, std::memory_order_acquire, [&] {
    shared.region.reset();
    block_of(shared.region)[3] = 'y';
  });
}

// Each thread has regions that nobody else knows, of memory that others had.
void* churn(void*) {
  for (int round = 0; round < 300; ++round) {
    tarn::Region region;
    for (int i = 0; i < 40; ++i)
      static_cast<char*>(region.allocate(size * 10))[i] = 'x';
  }
  return nullptr;
}

void memory_goes_around() {
  pthread_t threads[4];
  for (pthread_t& thread : threads)
    pthread_create(&thread, nullptr, churn, nullptr);
  for (pthread_t& thread : threads)
    pthread_join(thread, nullptr);
}

struct Object {
  char bytes[size] = {};
};

struct Handed {
  tarn::Heap heap{{.name = "requests"}};
  tarn::ObjectPool<Object> pool{{.name = "connection"}};
  std::atomic<char*> block{nullptr};
  std::atomic<Object*> object{nullptr};
};

// What it takes was another thread's before, now and then.
void take_and_give(Handed& handed, std::size_t at) {
  for (int i = 0; i < 300; ++i) {
    char* const block = static_cast<char*>(handed.heap.allocate(10 * size));
    block[at] = 'y';
    Object* const object = handed.pool.acquire_raw();
    object->bytes[at] = 'y';
    handed.pool.release(object);
    handed.heap.deallocate(block);
  }
}

void* free_and_go_on(void* context) {
  auto& handed = *static_cast<Handed*>(context);
  handed.block.load()[3] = 'x';
  handed.heap.deallocate(handed.block.load());
  handed.object.load()->bytes[3] = 'x';
  handed.pool.release(handed.object.load());
  take_and_give(handed, 3);
  return nullptr;
}

void blocks_go_around() {
  Handed handed;
  for (int round = 0; round < 100; ++round) {
    handed.block = static_cast<char*>(handed.heap.allocate(10 * size));
    handed.object = handed.pool.acquire_raw();
    pthread_t thread;
    pthread_create(&thread, nullptr, free_and_go_on, &handed);
    take_and_give(handed, 5);
    pthread_join(thread, nullptr);
  }
}

void late_user_of_heap() {
  Shared shared;
  tarn::Heap heap{{.name = "requests"}};
  shared.block = static_cast<char*>(heap.allocate(size));
  give_back_after(use_late, shared, std::memory_order_relaxed,
                  [&] { heap.deallocate(shared.block); });
}

void late_user_of_object() {
  Shared shared;
  tarn::ObjectPool<Object> pool{{.name = "connection"}};
  Object* const object = pool.acquire_raw();
  shared.block = object->bytes;
  give_back_after(use_late, shared, std::memory_order_relaxed,
                  [&] { pool.release(object); });
}

struct Mutex {
  pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
  void lock() noexcept { pthread_mutex_lock(&mutex); }
  void unlock() noexcept { pthread_mutex_unlock(&mutex); }
};
using Texts = tarn::Checked<tarn::FixedHeap<tarn::half_fit, 16 * 1024, Mutex>>;

void* take_and_give_texts(void* context) {
  auto& texts = *static_cast<Texts*>(context);
  for (int i = 0; i < 300; ++i) {
    auto* const block = static_cast<char*>(texts.allocate(size));
    block[3] = 'x';
    texts.deallocate(block);
  }
  return nullptr;
}

void fixed_blocks_go_around() {
  Texts texts;
  pthread_t threads[4];
  for (pthread_t& thread : threads)
    pthread_create(&thread, nullptr, take_and_give_texts, &texts);
  for (pthread_t& thread : threads)
    pthread_join(thread, nullptr);
}

void late_user_of_fixed() {
  Shared shared;
  Texts texts;
  shared.block = static_cast<char*>(texts.allocate(size));
  give_back_after(use_late, shared, std::memory_order_relaxed,
                  [&] { texts.deallocate(shared.block); });
}

}  // namespace

int main(int count, char** arguments) {
  return run_case(count, arguments,
                  {{"late_user", late_user},
                   {"user_in_time", user_in_time},
                   {"memory_goes_around", memory_goes_around},
                   {"blocks_go_around", blocks_go_around},
                   {"late_user_of_heap", late_user_of_heap},
                   {"late_user_of_object", late_user_of_object},
                   {"fixed_blocks_go_around", fixed_blocks_go_around},
                   {"late_user_of_fixed", late_user_of_fixed}});
}
