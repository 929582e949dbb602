// object_peak.cpp - what does an object pool hold after a peak, and for threads
// that came once?
//
//     bench_object_peak [--objects 1000000] [--threads 1000] [--seconds 2]
//                       [--per-cpu 0]
//
// Prints CSV: resident MiB at the start, at the peak of objects in use, and
// after some seconds of light work (200 objects, and a request's blocks of the
// heap, each millisecond); then bytes of the pool for each of many threads that
// acquired and released one object and wait. --per-cpu 1: processors have the
// magazines.
// SPDX-License-Identifier: MIT
#include "tarn/object_pool.hpp"

#include "support/arguments.hpp"
#include "support/clock.hpp"
#include "support/door.hpp"
#include "support/light.hpp"
#include "support/memory.hpp"

#include <atomic>
#include <thread>
#include <vector>

using namespace tarn;
using namespace tarn::bench;

namespace {

struct Object {
  std::uint64_t words[8];
};

constexpr std::size_t in_light_work = 200;

void acquire_and_release(ObjectPool<Object>& pool, std::vector<Object*>& all) {
  for (Object*& object : all) {
    object = pool.acquire_raw();
    object->words[0] = 1;
  }
  pool.release_many(all.data(), all.size());
}

double mib(std::size_t bytes) {
  return static_cast<double>(bytes) / static_cast<double>(MiB);
}

void measure_peak(std::size_t objects, std::size_t seconds, bool per_cpu) {
  ObjectPool<Object> pool{{.name = "peak", .per_cpu = per_cpu}};
  std::vector<Object*> few(in_light_work);
  acquire_and_release(pool, few);
  // Its pages are there before the start.
  std::vector<Object*> all(objects, nullptr);
  const std::size_t start = resident();
  for (Object*& object : all) {
    object = pool.acquire_raw();
    object->words[0] = 1;
  }
  const std::size_t peak = resident();
  pool.release_many(all.data(), all.size());
  TarnDoor heap;
  const std::uint64_t until = wall_ns() + seconds * 1'000'000'000;
  while (wall_ns() < until) {
    acquire_and_release(pool, few);
    work_lightly(heap, 1);
  }
  std::printf("%.2f,%.2f,%.2f\n", mib(start), mib(peak), mib(resident()));
}

void measure_threads(std::size_t threads, bool per_cpu) {
  ObjectPool<Object> pool{{.name = "threads", .per_cpu = per_cpu}};
  std::atomic<std::size_t> there{0};
  std::atomic<bool> may_end{false};
  std::vector<std::thread> crew;
  for (std::size_t i = 0; i < threads; ++i)
    crew.emplace_back([&] {
      pool.acquire().reset();
      ++there;
      may_end.wait(false);
    });
  while (there != threads)
    std::this_thread::yield();
  const ObjectPoolStats stats = pool.stats();
  std::printf("%zu\n", (stats.held + stats.own) / threads);
  may_end = true;
  may_end.notify_all();
  for (std::thread& thread : crew)
    thread.join();
}

}  // namespace

int main(int count, char** values) {
  const Arguments arguments{count, values};
  const bool per_cpu = arguments.number("--per-cpu", 0) != 0;
  measure_peak(arguments.number("--objects", 1'000'000),
               arguments.number("--seconds", 2), per_cpu);
  measure_threads(arguments.number("--threads", 1000), per_cpu);
}
