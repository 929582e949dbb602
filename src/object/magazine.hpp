// magazine.hpp - magazines, those of a thread, and those of nobody (Bonwick and
// Adams, "Magazines and vmem", 2001).
//
//     thread: loaded, previous <-- full, empty --> depot <-- objects --> slabs
//
// A thread takes from its loaded magazine and puts into it. When that is empty
// or full the two change places, and only when both are does the thread go to
// the depot: so it goes there once for as many objects as a magazine holds,
// whatever the order of calls. Objects go from thread to thread as magazines,
// at the same price.
//
// Threads  each type says which.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/object_core.hpp"

#include "base/order.hpp"
#include "base/published.hpp"

namespace tarn::object {

struct Magazine {
  std::uint32_t count;  // while it is not loaded
  std::uint32_t capacity;
  Magazine* next;  // last: below the first round; null while it is loaded

  [[nodiscard]] void** rounds() noexcept {
    return reinterpret_cast<void**>(this + 1);
  }
  [[nodiscard]] void* const* rounds() const noexcept {
    return reinterpret_cast<void* const*>(this + 1);
  }
  [[nodiscard]] static constexpr std::size_t size_for(
      std::size_t capacity) noexcept {
    return sizeof(Magazine) + capacity * sizeof(void*);
  }
};

/// For the dev library. Linear.
[[nodiscard]] inline bool has(void* const* rounds, std::uint32_t count,
                              const void* slot) noexcept {
  for (std::uint32_t i = 0; i < count; ++i)
    if (rounds[i] == slot)
      return true;
  return false;
}

/// What a thread has of a pool. Confined to the thread, but for what others may
/// look at. Its first few objects lie in it, so that a thread that comes once
/// needs no magazine.
struct alignas(64) Cache : detail::AtHand {
  std::atomic<void**> bottom;  // the oldest; for whoever counts
  Magazine* loaded;            // null: none yet, there are own rounds
  Magazine* previous;          // null: none yet; else full or empty
  std::uint32_t number;
  std::uint32_t fill;  // objects to take from slabs next time
  base::Published<std::uint32_t> in_previous;
  std::uint32_t changes;  // of magazines, without a trip
  // Odd while its thread changes magazines: after fork, where that thread is no
  // more, they cannot be had then. The release at the end pairs with nothing
  // but the fork itself.
  std::atomic<std::uint32_t> busy;
  // Of a sampled pool: calls for which what the thread has stays aside, and
  // those of them before the next draw. draw.cpp.
  std::uint16_t aside;
  std::uint16_t to_pass;

  static constexpr std::uint32_t own_capacity = 23;
  void* below_own;  // null, as below any oldest round
  void* own[own_capacity];

  [[nodiscard]] std::uint32_t count() const noexcept {
    return static_cast<std::uint32_t>(top.load(std::memory_order_relaxed) -
                                      bottom.load(std::memory_order_relaxed));
  }
  [[nodiscard]] bool is_empty() const noexcept { return count() == 0; }
  [[nodiscard]] bool is_full() const noexcept {
    return top.load(std::memory_order_relaxed) == limit;
  }
  [[nodiscard]] void** rounds() const noexcept {
    return bottom.load(std::memory_order_relaxed);
  }
  [[nodiscard]] std::uint32_t capacity() const noexcept {
    return static_cast<std::uint32_t>(limit - rounds());
  }
  [[nodiscard]] void* newest() const noexcept {
    return top.load(std::memory_order_relaxed)[-1];
  }

  /// Own rounds are never more than the magazine has that they move into.
  void load_own(std::uint32_t magazine) noexcept {
    load(own, base::smaller(own_capacity, magazine), 0);
  }

  void load(Magazine* magazine, std::uint32_t objects) noexcept {
    magazine->next = nullptr;
    publish(loaded, magazine);
    load(magazine->rounds(), magazine->capacity, objects);
  }

  void load(void** rounds, std::uint32_t capacity,
            std::uint32_t objects) noexcept {
    bottom.store(rounds, std::memory_order_relaxed);
    limit = rounds + capacity;
    top.store(rounds + objects, std::memory_order_relaxed);
  }

  /// Keeps the loaded magazine, if any, as the previous one and loads another.
  /// Own rounds are empty.
  void change(Magazine* magazine) noexcept {
    if (loaded != nullptr)
      loaded->count = count();
    publish(previous, loaded);
    in_previous = loaded == nullptr ? 0 : loaded->count;
    load(magazine, magazine->count);
  }

  // With what it holds: pairs with the acquire of who looks for drawn objects.
  static void publish(Magazine*& place, Magazine* magazine) noexcept {
    std::atomic_ref{place}.store(magazine, std::memory_order_release);
  }

  [[nodiscard]] void* pop() noexcept {
    void** const place = top.load(std::memory_order_relaxed) - 1;
    top.store(place, std::memory_order_relaxed);
    return *place;
  }
  void push(void* slot) noexcept {
    void** const place = top.load(std::memory_order_relaxed);
    *place = slot;
    top.store(place + 1, std::memory_order_release);
  }
};

/// Marks a cache as busy for a scope, which may lie in another one.
class Busy {
 public:
  explicit Busy(Cache& cache) noexcept
      : cache_(cache), was_(cache.busy.load(std::memory_order_relaxed)) {
    if (was_ % 2 == 0)
      cache.busy.store(was_ + 1, std::memory_order_relaxed);
    std::atomic_signal_fence(std::memory_order_seq_cst);
  }
  ~Busy() {
    if (was_ % 2 == 0)
      cache_.busy.store(was_ + 2, std::memory_order_release);
  }
  Busy(const Busy&) = delete;
  Busy& operator=(const Busy&) = delete;

 private:
  Cache& cache_;
  std::uint32_t was_;
};

/// Magazines of nobody. Full ones lie in a few stacks, by who put them there,
/// so that a thread gets its own back, whose objects its processor still has
/// near, and beside which nobody else's lie. Confined: the pool's lock.
class Depot {
 public:
  /// `by`: the number of a thread or a processor.
  void put(Magazine* magazine, std::uint32_t by = 0) noexcept {
    objects_ += magazine->count;
    if (magazine->count == 0)
      return push(empty_, empty_height_, magazine);
    Stack& stack = full_[by % ways];
    push(stack.first, full_height_, magazine);
    stack.given += stack.given < enough ? 1 : 0;
  }

  /// One of its own that a thread put there, or else one of somebody who only
  /// puts. Null: there is none.
  [[nodiscard]] Magazine* take_own_full(std::uint32_t by) noexcept {
    Stack& own = full_[by % ways];
    if (own.first != nullptr) {
      own.given = 0;
      return take_from(own);
    }
    for (Stack& stack : full_)
      if (stack.given == enough && stack.first != nullptr)
        return take_from(stack);
    return nullptr;
  }

  /// One with objects, whosever it is; null: there is none.
  [[nodiscard]] Magazine* take_full(std::uint32_t by = 0) noexcept {
    if (full_height_.count == 0)
      return nullptr;
    while (full_[by % ways].first == nullptr)
      ++by;
    return take_from(full_[by % ways]);
  }

  /// Shows those with objects.
  template <class Show>
  void for_each(Show show) const noexcept {
    for (const Stack& stack : full_)
      for (const Magazine* it = stack.first; it != nullptr; it = it->next)
        show(*it);
  }

  /// Whoever put there needs nothing back.
  void open(std::uint32_t by) noexcept { full_[by % ways].given = enough; }

  /// Null: there is none.
  [[nodiscard]] Magazine* take_empty() noexcept {
    return empty_ == nullptr ? nullptr : pop(empty_, empty_height_);
  }

  /// Those that nobody needed since the last call.
  [[nodiscard]] std::size_t idle_full() noexcept { return idle(full_height_); }
  [[nodiscard]] std::size_t idle_empty() noexcept {
    return idle(empty_height_);
  }

  [[nodiscard]] std::size_t objects() const noexcept { return objects_; }

 private:
  // Threads beyond so many share a stack.
  static constexpr std::uint32_t ways = detail::has_thread_locals ? 16 : 1;
  // Who has put so many since it took one puts what others acquire.
  static constexpr std::uint32_t enough = 4;

  struct Stack {
    Magazine* first = nullptr;
    std::uint32_t given = 0;  // since one was taken by who puts, up to enough
  };

  struct Height {
    std::size_t count = 0;
    std::size_t least = 0;  // the count was not below since idle() was asked
  };

  static void push(Magazine*& first, Height& height,
                   Magazine* magazine) noexcept {
    magazine->next = first;
    first = magazine;
    ++height.count;
  }

  static Magazine* pop(Magazine*& first, Height& height) noexcept {
    Magazine* const magazine = first;
    first = magazine->next;
    --height.count;
    height.least = base::smaller(height.least, height.count);
    return magazine;
  }

  [[nodiscard]] Magazine* take_from(Stack& stack) noexcept {
    Magazine* const magazine = pop(stack.first, full_height_);
    objects_ -= magazine->count;
    return magazine;
  }

  static std::size_t idle(Height& height) noexcept {
    const std::size_t unneeded = height.least;
    height.least = height.count;
    return unneeded;
  }

  Stack full_[ways] = {};
  Magazine* empty_ = nullptr;
  Height full_height_;
  Height empty_height_;
  std::size_t objects_ = 0;
};

}  // namespace tarn::object
