// pool_set.hpp - what PerThread<Pool> does, whatever the pool is.
//
// A thread finds its pool by one of a few places in thread-local memory; the
// place says whose pool lies there by the set's number, which no other set ever
// had. Two sets at one place drive each other out, and find their pool again
// under a lock. Pools lie in records of the set that stay until its end.
//
// Threads  as PerThread.
// SPDX-License-Identifier: MIT
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>

namespace tarn {
inline namespace v1 {

/// What becomes of a thread's pool when the thread ends.
enum class EndedThread : std::uint8_t {
  adopt,   ///< it stays as it is, and the next thread that comes takes it over
  release  ///< it ends then, on that thread
};

struct PerThreadOptions {
  EndedThread ended = EndedThread::adopt;
};

struct PerThreadStats {
  std::size_t pools;     ///< that there are, those of ended threads included
  std::size_t waiting;   ///< of those, without a thread: to be adopted
  std::size_t lost;      ///< left behind at a fork, by threads of the parent
  std::size_t adopted;   ///< taken over, since the beginning
  std::size_t released;  ///< ended with their thread, since the beginning
};

namespace detail {

/// What a thread has at one place.
struct LocalPool {
  std::uint64_t set;  // its number; 0: none
  void* pool;
};

/// Few: memory of threads that a library takes when it is loaded late is
/// scarce.
inline constexpr unsigned local_places = 8;

extern constinit thread_local LocalPool local_pools[local_places]
    __attribute__((tls_model("initial-exec")));

/// A kind of pool.
struct LocalKind {
  std::size_t size;
  std::size_t align;
  void (*make)(void* place, const void* how) noexcept;
  void (*end)(void* pool) noexcept;
};

struct LocalRecord;

// On lines of its own: each thread reads it at each call, and would wait for
// who writes beside it.
class alignas(64) PoolSet {
 public:
  static constexpr std::size_t how_size = 4 * sizeof(void*);

  /// `how` has `size` bytes, which are copied, and which `make` is given.
  PoolSet(const LocalKind& kind, const PerThreadOptions& options,
          const void* how, std::size_t size) noexcept;
  /// A set that is there before main, at the first place, with a number below
  /// first_number.
  constexpr PoolSet(std::uint64_t number, const LocalKind& kind,
                    const PerThreadOptions& options) noexcept
      : number_(number), kind_(&kind), options_(options) {}
  ~PoolSet() { end(); }
  PoolSet(const PoolSet&) = delete;
  PoolSet& operator=(const PoolSet&) = delete;

  /// This thread's pool; null: there is no memory for one.
  void* local() noexcept {
    const LocalPool& mine = place();
    if (mine.set == number_) [[likely]]
      return mine.pool;
    return find();
  }
  /// The same; without memory it says so and aborts.
  void* demand() noexcept {
    const LocalPool& mine = place();
    if (mine.set == number_) [[likely]]
      return mine.pool;
    return find_or_abort();
  }

  void for_each(void (*call)(void* pool, void* context) noexcept,
                void* context) noexcept;
  [[nodiscard]] PerThreadStats stats() const noexcept;

  static constexpr std::uint64_t ended = 1;  // the number after the end
  static constexpr std::uint64_t first_number = 16;

 private:
  friend struct LocalSets;

  [[nodiscard]] LocalPool& place() const noexcept {
    return *reinterpret_cast<LocalPool*>(
        reinterpret_cast<std::byte*>(local_pools) + offset_);
  }
  void* find() noexcept;
  void* find_or_abort() noexcept;
  void end() noexcept;
  LocalRecord* take() noexcept;
  LocalRecord* make_record() noexcept;
  void* allocate_record(std::size_t size, std::size_t align) noexcept;

  // Written when the set begins and when it ends; nobody may be in it then.
  std::uint64_t number_;
  const LocalKind* kind_;
  std::uint32_t offset_ = 0;  // of its place, in bytes
  PerThreadOptions options_;
  // All records, newest first; none leaves before the end. Pushed under the
  // lock, whose release pairs with the acquire of for_each().
  std::atomic<LocalRecord*> records_{nullptr};
  // What follows is the lock's.
  bool is_listed_ = false;
  PoolSet* newer_ = nullptr;
  PoolSet* older_ = nullptr;
  std::size_t leaving_ = 0;  // pools that end with their thread just now
  std::size_t adopted_ = 0;
  std::size_t released_ = 0;
  void* chunks_ = nullptr;     // the records lie in them
  std::byte* room_ = nullptr;  // in the newest
  std::size_t room_size_ = 0;
  // Copied once, at the beginning.
  alignas(void*) std::byte how_[how_size] = {};
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
