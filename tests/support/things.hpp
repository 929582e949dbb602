// things.hpp - objects that go round between threads and tell whether each had
// one user at a time and kept what was written; otherwise the program says so
// and aborts.
//
// Threads  shared.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <mutex>
#include <utility>
#include <vector>

namespace tarn::test {

struct Thing {
  std::atomic<int> users{0};
  unsigned mark = 0;
  unsigned copy = 0;
};

/// Those that go to whoever takes them.
struct SharedThings {
  std::mutex lock;
  std::vector<Thing*> things;
};

[[noreturn]] inline void fail(const char* what) {
  std::fprintf(stderr, "%s\n", what);
  std::abort();
}

/// One of a pool, which must have one: `otherwise` is said.
template <class Pool>
Thing* take(Pool& pool, unsigned mark, const char* otherwise) {
  Thing* const thing = pool.acquire_raw();
  if (thing == nullptr)
    fail(otherwise);
  if (thing->users.fetch_add(1, std::memory_order_relaxed) != 0)
    fail("an object has one user at a time");
  if (thing->mark != thing->copy)
    fail("an object that waited has changed");
  thing->mark = mark;
  thing->copy = mark;
  return thing;
}

template <class Pool>
void give(Pool& pool, Thing* thing) {
  if (thing->mark != thing->copy)
    fail("an object in use has changed");
  thing->users.fetch_sub(1, std::memory_order_relaxed);
  pool.release(thing);
}

/// Gives back the last one of `own`.
template <class Pool>
void give_last(Pool& pool, std::vector<Thing*>& own) {
  give(pool, own.back());
  own.pop_back();
}

/// Gives back any of `own`.
template <class Pool>
void give_any(Pool& pool, std::vector<Thing*>& own, unsigned choice) {
  std::swap(own[choice % own.size()], own.back());
  give_last(pool, own);
}

/// A thread's step: it takes a new one, while it has fewer than `most`, leaves
/// one to others, has one that was left, or gives one back.
template <class Pool>
void step_with(Pool& pool, std::vector<Thing*>& own, SharedThings& shared,
               unsigned choice, std::size_t most) {
  if (own.empty() || (choice % 2 == 0 && own.size() < most)) {
    own.push_back(take(pool, choice, "there is memory"));
  } else if (choice % 16 == 1) {
    const std::lock_guard hold{shared.lock};
    shared.things.push_back(own.back());
    own.pop_back();
  } else if (choice % 16 == 3) {
    const std::lock_guard hold{shared.lock};
    if (!shared.things.empty()) {
      own.push_back(shared.things.back());
      shared.things.pop_back();
    }
  } else {
    give_any(pool, own, choice / 16);
  }
}

/// A thread that ends leaves its own to whoever takes them.
inline void leave_to(SharedThings& shared, const std::vector<Thing*>& own) {
  const std::lock_guard hold{shared.lock};
  shared.things.insert(shared.things.end(), own.begin(), own.end());
}

}  // namespace tarn::test
