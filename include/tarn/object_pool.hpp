// object_pool.hpp - objects of one type, kept constructed between uses.
//
// Bonwick's object cache of 1994: slabs of equal slots. An object is
// constructed when its slot is first used and destroyed when its slab goes
// back; in between it is acquired and released as often as you like and keeps
// what it has: its buffers, its locks, its connections. Nothing is written into
// an object that waits.
//
//     tarn::ObjectPool<Connection> connections{{.name = "connection"}};
//     auto connection = connections.acquire(fd);  // calls renew(fd), if it has
//     if (!connection) return reply(503);         //   one; empty: ran out
//     connection->send(bytes);                    // released at scope's end
//
// What is done once and what at each use is the second parameter: by default
// the default constructor and the destructor once, renew(...) at each acquire.
// MakeAnew<T> constructs from acquire's arguments and destroys at release. One
// of your own has these four functions, as static members:
//
//     construct(void* place)        once, may throw
//     renew(T& object, args...)     at each acquire, may throw
//     retire(T& object) noexcept    at each release
//     destroy(T& object) noexcept   once
//
// Where retire leaves nothing that the next use needs, it says so by
// `static constexpr bool keeps_state = false`: checks then look closer.
//
// Threads that must not wait (audio, control loops) take theirs from a
// SteadyPool<T>, whose objects all come from reserve(n).
//
// Cost     acquire and release: constant; a search for a free bit is one word
//          for 64 slots. A slab is borrowed when the thread's own have no free
//          slot, over an upstream and after reserve() when none has one. The
//          pool itself is 4 KiB, on a board 1 KiB.
// Threads  shared, acquire and release on any thread; a pool's own beginning
//          and end are confined. Over a confined upstream the pool is confined.
// Failure  nullptr or an empty handle; nothing has changed. When construct or
//          renew throws, the object is as if it had not been acquired. An
//          object released twice, one of another pool, and a pool that ends
//          with objects in use are faults (docs/faults.md).
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/budget.hpp"
#include "tarn/detail/object_core.hpp"
#include "tarn/detail/object_life.hpp"

#include <utility>

namespace tarn {
inline namespace v1 {

template <class T, class Life>
class ObjectPool;

/// Owns an object of a pool and releases it. One pointer; moved, not copied.
/// It must end before its pool does.
template <class T, class Life = KeepConstructed<T>>
class Pooled {
 public:
  Pooled() = default;
  /// Takes over an object that acquire_raw() gave, or none.
  explicit Pooled(T* object) noexcept : object_(object) {}
  Pooled(Pooled&& other) noexcept : object_(other.release()) {}
  Pooled& operator=(Pooled&& other) noexcept
      TARN_NONBLOCKING_IF(detail::is_steady<Life>) {
    reset(other.release());
    return *this;
  }
  ~Pooled() noexcept TARN_NONBLOCKING_IF(detail::is_steady<Life>) { reset(); }

  explicit operator bool() const noexcept { return object_ != nullptr; }
  T& operator*() const noexcept { return *object_; }
  T* operator->() const noexcept { return object_; }
  [[nodiscard]] T* get() const noexcept { return object_; }

  /// Gives up the object, which the caller releases to its pool.
  [[nodiscard]] T* release() noexcept {
    return std::exchange(object_, nullptr);
  }

  /// Releases the object now and takes over another one.
  void reset(T* object = nullptr) noexcept
      TARN_NONBLOCKING_IF(detail::is_steady<Life>) {
    T* const former = std::exchange(object_, object);
    if (former != nullptr)
      ObjectPool<T, Life>::release_home(former);
  }

 private:
  T* object_ = nullptr;
};

template <class T, class Life = KeepConstructed<T>>
class ObjectPool {
 public:
  using Handle = Pooled<T, Life>;

  static constexpr bool is_steady = detail::is_steady<Life>;

  /// Bytes of a slab; a Life may say so in its own `slab_size`.
  static constexpr std::size_t slab_size = detail::slab_for<T, Life>;
  static_assert(sizeof(T) <= detail::largest_object);
  static_assert(is_pow2(slab_size) &&
                    detail::has_slot(slab_size, sizeof(T), alignof(T)),
                "a slab is a power of two with room for an object");

  /// A pool over the system's memory, or over `upstream`, which must outlive
  /// it. It borrows nothing before its first object.
  explicit ObjectPool(const ObjectPoolOptions& options = {}) noexcept
      : core_(nullptr, kind, options) {}
  explicit ObjectPool(Upstream& upstream,
                      const ObjectPoolOptions& options = {}) noexcept
      : core_(&upstream, kind, options) {}

  /// The same inside a buffer, where no thread keeps anything for itself. Of
  /// the options the name and the checks alone count: reap_object_pools(),
  /// which may come on any thread, leaves it alone.
  explicit ObjectPool(BufferUpstream& buffer,
                      const ObjectPoolOptions& options = {}) noexcept
      : core_(&buffer, kind,
              {options.name, false, false, false, options.checks}) {}

  /// Destroys all objects and gives back the memory. That one is still in use
  /// is a fault.
  ~ObjectPool() = default;

  ObjectPool(const ObjectPool&) = delete;
  ObjectPool& operator=(const ObjectPool&) = delete;

  /// An object, renewed with `args`; empty: ran out, or all that a steady pool
  /// has are in use, which stats() counts as a refusal from the first reserve()
  /// on.
  template <class... Args>
  [[nodiscard]] Handle acquire(Args&&... args) noexcept(is_steady)
      TARN_NONBLOCKING_IF(is_steady) TARN_LIFETIMEBOUND {
    return Handle{acquire_raw(std::forward<Args>(args)...)};
  }

  /// The same without an owner; nullptr: ran out.
  template <class... Args>
  [[nodiscard]] T* acquire_raw(Args&&... args) noexcept(is_steady)
      TARN_NONBLOCKING_IF(is_steady) TARN_LIFETIMEBOUND {
    if constexpr (is_steady)
      return acquire_steady(std::forward<Args>(args)...);
    T* const object = take();
    if (object == nullptr) [[unlikely]]
      return nullptr;
    Undo undo{*this, object, false};
    Life::renew(*object, std::forward<Args>(args)...);
    undo.object = nullptr;
    return object;
  }

  /// Takes an object back, from any thread; nullptr is none.
  void release(T* object) noexcept TARN_NONBLOCKING_IF(is_steady) {
    if (object == nullptr) [[unlikely]]
      return;
    take_back(core_, object);
  }

  /// Up to `n` objects, each renewed without arguments, written to `out`;
  /// returns how many. Fewer than `n`: ran out.
  [[nodiscard]] std::size_t acquire_many(T** out,
                                         std::size_t n) noexcept(is_steady)
      TARN_NONBLOCKING_IF(is_steady) {
    std::size_t count = 0;
    while (count < n && (out[count] = acquire_raw()) != nullptr)
      ++count;
    return count;
  }

  /// Takes back `n` objects; null pointers are none.
  void release_many(T* const* objects, std::size_t n) noexcept
      TARN_NONBLOCKING_IF(is_steady) {
    for (std::size_t i = 0; i < n; ++i)
      release(objects[i]);
  }

  /// Sees to it that `n` more objects can be acquired without borrowing or
  /// constructing, and keeps as much memory from going back until the pool
  /// ends. False: ran out, and what there was is ready. It may wait, of a
  /// steady pool too, but keeps nobody else waiting there.
  [[nodiscard]] bool reserve(std::size_t n);

  /// Destroys what waits in slabs that nobody uses, and gives those back.
  /// Returns bytes.
  std::size_t reap() noexcept { return core_.reap(); }

  /// Whether `p` points to an object of this pool, in use or not; it must point
  /// to an object of some pool of this type.
  [[nodiscard]] bool owns(const T* p) const noexcept { return core_.owns(p); }

  [[nodiscard]] const char* name() const noexcept { return core_.name(); }
  [[nodiscard]] ObjectPoolStats stats() const noexcept { return core_.stats(); }

  /// True while every invariant holds. Linear in slots; for tests, while no
  /// other thread is in the pool.
  [[nodiscard]] bool check() const noexcept { return core_.check(); }

 private:
  friend Handle;

  // Puts a slot back when its construction or renewal throws.
  struct Undo {
    ObjectPool& pool;
    T* object;
    bool is_bare;
    ~Undo() {
      if (object == nullptr) [[likely]]
        return;
      if (is_bare)
        pool.core_.put_bare(object);
      else
        pool.core_.put(object);
    }
  };

  static void destroy(void* object) noexcept {
    Life::destroy(*static_cast<T*>(object));
  }
  static constexpr detail::ObjectKind kind{
      sizeof(T),
      alignof(T),
      slab_size,
      detail::constructs<Life>,
      detail::constructs<Life> ? &ObjectPool::destroy : nullptr,
      is_steady,
      detail::keeps_state<Life>};

  // The head of an object's slab knows the pool; core_ is where a pool begins.
  static void release_home(T* object) noexcept {
    detail::ObjectPoolCore* const core =
        detail::slab_of(object, slab_size).pool;
    take_back(*core, object);
  }

  static void take_back(detail::ObjectPoolCore& core, T* object) noexcept {
    constexpr bool is_destroyed =
        !detail::keeps_state<Life> && !std::is_trivially_destructible_v<T>;
    if constexpr (is_destroyed && !is_steady && detail::has_thread_locals)
      if (!core.may_retire(object)) [[unlikely]]
        return;
    Life::retire(*object);
    put(core, object);
  }

  static void put(detail::ObjectPoolCore& core, T* object) noexcept {
    if constexpr (is_steady)
      core.put_steady(object);
    else
      core.put(object);
  }

  template <class... Args>
  T* acquire_steady(Args&&... args) noexcept {
    static_assert(
        noexcept(Life::renew(std::declval<T&>(), std::forward<Args>(args)...)),
        "a steady pool's renew() is noexcept");
    T* const object = static_cast<T*>(core_.take_steady());
    if (object != nullptr) [[likely]]
      Life::renew(*object, std::forward<Args>(args)...);
    return object;
  }

  T* take() {
    const detail::TakenSlot taken = core_.take();
    if (taken.is_bare) [[unlikely]]
      construct(taken.slot);
    return static_cast<T*>(taken.slot);
  }

  void construct(void* slot) {
    Undo undo{*this, static_cast<T*>(slot), true};
    Life::construct(slot);
    undo.object = nullptr;
  }

  bool make(std::size_t n);

  detail::ObjectPoolCore core_;
};

template <class T, class Life>
bool ObjectPool<T, Life>::reserve(std::size_t n) {
  if constexpr (!is_steady)
    return make(n);
  // Of two threads that reserve at once, one may make ready what the other one
  // constructed, which then looks again.
  std::size_t waiting = core_.waiting();
  while (waiting < n) {
    const std::size_t before = waiting;
    static_cast<void>(make(n - before));
    const std::size_t filled = core_.make_steady(n - before);
    if (filled == n - before)
      break;
    waiting = core_.waiting();
    if (filled == 0 && waiting <= before)
      return false;
  }
  return true;
}

// Sees to it that `n` slots with objects are free. False: ran out.
template <class T, class Life>
bool ObjectPool<T, Life>::make(std::size_t n) {
  bool has_all = false;
  do {
    has_all = core_.reserve(n);
    while (core_.has_bare_below(n)) {
      void* const slot = core_.take_bare();
      // Others took what was there.
      if (slot == nullptr)
        break;
      construct(slot);
      core_.put_home(slot);
    }
  } while (has_all && core_.has_bare_below(n));
  return has_all;
}

/// Has each pool with `reap_when_short` reap; how many bytes went back. For
/// whoever is about to refuse memory: an upstream of yours, a handler of low
/// memory. No lock is held while objects are destroyed, so that their
/// destructors may use any object pool, but no region or heap over a budget
/// that reaps: it may be the one that asks. A destructor that reaps gets 0; a
/// pool's end waits until nobody reaps it. Threads: shared.
std::size_t reap_object_pools() noexcept;

/// The same as a Budget's on_short: {.on_short = tarn::reap_pools_when_short}.
bool reap_pools_when_short(Budget& budget, std::size_t size,
                           void* with) noexcept;

/// A pool for threads that must not wait; see Steady.
template <class T, class Life = KeepConstructed<T>>
using SteadyPool = ObjectPool<T, Steady<Life>>;

}  // namespace v1
}  // namespace tarn
