// Threads whose ends allocate: destructors of keys made before and after tarn's
// own, in all rounds that there are, and of thread_local objects.
#include "malloc/horrors/check.hpp"

#include <atomic>
#include <malloc.h>
#include <pthread.h>
#include <string>
#include <thread>
#include <vector>

namespace {

pthread_key_t keys[40];
std::atomic<int> ended{0};

void end_value(void* p) {
  auto* const rounds = static_cast<int*>(p);
  void* const scratch = std::malloc(400);
  std::memset(scratch, 1, 400);
  ++ended;
  if (--*rounds > 0)
    for (const pthread_key_t key : keys)
      if (pthread_getspecific(key) == nullptr) {
        pthread_setspecific(key, p);
        std::free(scratch);
        return;
      }
  std::free(p);
  std::free(scratch);
}

thread_local std::vector<std::string> of_thread;

void live() {
  of_thread.assign(20, std::string(100, 'x'));
  for (const pthread_key_t key : keys) {
    auto* const rounds = static_cast<int*>(std::malloc(sizeof(int)));
    *rounds = PTHREAD_DESTRUCTOR_ITERATIONS;
    pthread_setspecific(key, rounds);
  }
}

void* live_detached(void* left) {
  live();
  static_cast<std::atomic<int>*>(left)->fetch_sub(1);
  return nullptr;
}

std::size_t resident() {
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  unsigned long all = 0;
  unsigned long present = 0;
  if (file == nullptr || std::fscanf(file, "%lu %lu", &all, &present) != 2)
    return 0;
  std::fclose(file);
  return present * 4096;
}

void churn(int threads) {
  for (int i = 0; i < threads; i += 4) {
    std::vector<std::thread> some;
    for (int j = 0; j < 4; ++j)
      some.emplace_back(live);
    for (std::thread& one : some)
      one.join();
  }
}

void churn_detached(int threads) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  for (int i = 0; i < threads; ++i) {
    std::atomic<int> left{1};
    pthread_t thread{};
    require(pthread_create(&thread, &attributes, live_detached, &left) == 0,
            "a thread begins");
    while (left.load() != 0)
      std::this_thread::yield();
  }
}

}  // namespace

int main() {
  require(is_served(hidden(std::malloc(1))), "tarn serves");
  for (pthread_key_t& key : keys)
    require(pthread_key_create(&key, end_value) == 0, "a key is made");
  churn(200);
  churn_detached(200);
  const std::size_t before = resident();
  churn(600);
  churn_detached(600);
  require(ended.load() > 1600 * 40, "destructors ran");
  // A thread that leaves its heap behind for ever costs at least 8 KiB of it.
  require(resident() < before + (4 << 20), "ended threads leave nothing");
  return 0;
}
