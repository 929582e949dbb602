// object_core.hpp - an object pool that knows size and alignment, but no type.
//
// Threads  shared; its beginning and end are confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "tarn/detail/object_slab.hpp"
#include "tarn/upstream.hpp"

namespace tarn {
namespace object {
struct State;
}

inline namespace v1 {

struct ObjectPoolOptions {
  /// What faults and statistics call it; copied, at most 54 bytes of it.
  const char* name = "";
};

struct ObjectPoolStats {
  std::size_t held = 0;     ///< bytes borrowed from upstream
  std::size_t slabs = 0;    ///< pieces of memory that slots are cut from
  std::size_t unused = 0;   ///< of those, without an object in use
  std::size_t slots = 0;    ///< in all slabs
  std::size_t in_use = 0;   ///< acquired and not released
  std::size_t ready = 0;    ///< constructed and waiting for their next use
  std::size_t slot = 0;     ///< bytes from one object to the next
  std::size_t wasted = 0;   ///< bytes of slabs that no slot can be in
  std::size_t colours = 0;  ///< places in a slab that the first slot may have
  std::size_t slabs_made = 0;      ///< since the start
  std::size_t slabs_returned = 0;  ///< since the start
  std::size_t refusals = 0;        ///< acquires that got nothing
};

namespace detail {

/// What a pool is told of its objects.
struct ObjectKind {
  std::size_t size;
  std::size_t align;
  std::size_t slab;                        // a power of two
  bool constructs;                         // a slot is made by its first user
  void (*destroy)(void* object) noexcept;  // null: nothing to do
};

/// A slot, and whether its user must construct an object there.
struct TakenSlot {
  void* slot = nullptr;
  bool is_bare = false;
};

class ObjectPoolCore {
 public:
  ObjectPoolCore(Upstream* upstream, const ObjectKind& kind,
                 const ObjectPoolOptions& options) noexcept;
  ObjectPoolCore(const ObjectPoolCore&) = delete;
  ObjectPoolCore& operator=(const ObjectPoolCore&) = delete;
  ~ObjectPoolCore();

  [[nodiscard]] TakenSlot take() noexcept;
  void put(void* slot) noexcept;
  /// A slot whose object was not constructed after all.
  void put_bare(void* slot) noexcept;

  /// For a pool's reserve(): slabs with `n` free slots; then, as long as there
  /// are fewer made ones, a bare slot to construct in and to put home.
  [[nodiscard]] bool reserve(std::size_t n) noexcept;
  [[nodiscard]] bool has_bare_below(std::size_t n) const noexcept;
  [[nodiscard]] void* take_bare() noexcept;
  void put_home(void* slot) noexcept;

  std::size_t reap() noexcept;

  [[nodiscard]] bool owns(const void* p) const noexcept;
  [[nodiscard]] const char* name() const noexcept;
  [[nodiscard]] ObjectPoolStats stats() const noexcept;
  [[nodiscard]] bool check() const noexcept;

 private:
  friend struct object::State;

  // Room for object::State, which private headers describe.
  alignas(64) std::byte state_[320];
};

}  // namespace detail
}  // namespace v1
}  // namespace tarn
