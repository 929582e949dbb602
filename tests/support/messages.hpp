// messages.hpp - objects of so many bytes, and what every pool of objects does
// with them, whoever has the magazines.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/object_pool.hpp"

#include "support/counting_upstream.hpp"

#include <atomic>
#include <chrono>
#include <cstddef>
#include <doctest/doctest.h>
#include <thread>
#include <vector>

namespace tarn::test {

template <std::size_t size>
struct Message {
  std::byte bytes[size];
};

template <class T>
std::vector<T*> acquire(ObjectPool<T>& pool, std::size_t n) {
  std::vector<T*> all(n);
  REQUIRE(pool.acquire_many(all.data(), n) == n);
  return all;
}

/// As many as there is memory for.
template <class T>
std::vector<T*> acquire_all(ObjectPool<T>& pool) {
  std::vector<T*> all;
  while (T* const object = pool.acquire_raw())
    all.push_back(object);
  return all;
}

/// The figures while so many threads live each of which used the pool once.
template <class T>
ObjectPoolStats stats_among_threads(ObjectPool<T>& pool, std::size_t count) {
  std::vector<std::thread> threads;
  std::atomic<std::size_t> there{0};
  std::atomic<bool> may_end{false};
  for (std::size_t i = 0; i < count; ++i)
    threads.emplace_back([&] {
      pool.acquire().reset();
      ++there;
      may_end.wait(false);
    });
  while (there != count)
    std::this_thread::yield();
  const ObjectPoolStats stats = pool.stats();
  may_end = true;
  may_end.notify_all();
  for (std::thread& thread : threads)
    thread.join();
  return stats;
}

/// However few loans there are, all objects can be had once more.
inline void check_without_magazines(const ObjectPoolOptions& options) {
  for (int granted = 0; granted < 8; ++granted) {
    CountingUpstream upstream{granted};
    ObjectPool<Message<64>> pool{upstream, options};
    const auto all = acquire_all(pool);
    pool.release_many(all.data(), all.size());
    CHECK(pool.stats().in_use == 0);
    std::size_t again = 0;
    while (pool.acquire_raw() != nullptr)
      ++again;
    CHECK(again == all.size());
    CHECK(pool.check());
    upstream.refuse_after(CountingUpstream::never);
    for (Message<64>* const message : all)
      pool.release(message);
  }
}

/// Most of a peak's memory goes back while a thread does little.
template <class T>
void check_peak_goes_back(ObjectPool<T>& pool) {
  std::vector<T*> all = acquire(pool, 300'000);
  const std::size_t peak = pool.stats().held;
  pool.release_many(all.data(), all.size());
  const auto until =
      std::chrono::steady_clock::now() + std::chrono::seconds{20};
  // Nearly all of it in less than a second.
  while (pool.stats().held > peak / 100 &&
         std::chrono::steady_clock::now() < until) {
    // More than a magazine holds: who gets along with one tells nobody.
    all = acquire(pool, 400);
    pool.release_many(all.data(), all.size());
    std::this_thread::sleep_for(std::chrono::milliseconds{1});
  }
  CHECK(pool.stats().held <= peak / 100);
  CHECK(pool.check());
}

}  // namespace tarn::test
