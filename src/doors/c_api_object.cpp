// Translates the part of tarn.h that is about object pools. What a C++ pool
// knows at compile time, a C pool is told: so it is the pool without a type,
// and the one function that the type would have inlined.
#include "tarn/budget.hpp"
#include "tarn/detail/object_core.hpp"
#include "tarn/tarn.h"

#include "port/fault.hpp"

#include <new>

namespace {

using tarn::Budget;
using tarn::detail::ObjectKind;
using tarn::detail::ObjectPoolCore;

struct Pool {
  ObjectPoolCore core;
  bool (*construct)(void* object);
};
static_assert(sizeof(Pool) <= sizeof(tarn_object_pool));
static_assert(alignof(Pool) <= alignof(tarn_object_pool));

using Destroy = void (*)(void* object) noexcept;

Pool& to(tarn_object_pool* pool) {
  return *std::launder(reinterpret_cast<Pool*>(pool));
}

const Pool& to(const tarn_object_pool* pool) {
  return *std::launder(reinterpret_cast<const Pool*>(pool));
}

// Null where the construction failed; the slot is as if it was not taken.
void* construct(Pool& pool, void* slot) {
  if (slot == nullptr || pool.construct == nullptr || pool.construct(slot))
    return slot;
  pool.core.put_bare(slot);
  return nullptr;
}

}  // namespace

extern "C" {

bool tarn_object_pool_init(tarn_object_pool* pool, size_t size,
                           const tarn_object_pool_options* options) {
  const tarn_object_pool_options none{};
  const tarn_object_pool_options& asked = options == nullptr ? none : *options;
  const std::size_t align = asked.align == 0 ? tarn::max_align : asked.align;
  if (!tarn::is_pow2(align))
    tarn::port::report_bad_alignment(align);
  if (size > tarn::detail::largest_object ||
      align > tarn::detail::largest_object)
    return false;
  const ObjectKind kind{size, align, tarn::detail::slab_size_for(size, align),
                        asked.construct != nullptr || asked.destroy != nullptr,
                        // What C calls does not throw.
                        reinterpret_cast<Destroy>(asked.destroy)};
  Budget* const budget =
      asked.budget == nullptr
          ? nullptr
          : std::launder(reinterpret_cast<Budget*>(asked.budget));
  ::new (pool)
      Pool{{budget,
            kind,
            {asked.name == nullptr ? "" : asked.name, !asked.without_magazines,
             asked.per_cpu, false, static_cast<tarn::CheckMode>(asked.checks)}},
           asked.construct};
  return true;
}

void tarn_object_pool_destroy(tarn_object_pool* pool) {
  to(pool).~Pool();
}

void* tarn_object_pool_acquire(tarn_object_pool* pool) {
  Pool& own = to(pool);
  const tarn::detail::TakenSlot taken = own.core.take();
  return taken.is_bare ? construct(own, taken.slot) : taken.slot;
}

void tarn_object_pool_release(tarn_object_pool* pool, void* object) {
  if (object != nullptr)
    to(pool).core.put(object);
}

size_t tarn_object_pool_acquire_many(tarn_object_pool* pool, size_t n,
                                     void** out) {
  size_t count = 0;
  while (count < n && (out[count] = tarn_object_pool_acquire(pool)) != nullptr)
    ++count;
  return count;
}

void tarn_object_pool_release_many(tarn_object_pool* pool, void* const* objects,
                                   size_t n) {
  for (size_t i = 0; i < n; ++i)
    tarn_object_pool_release(pool, objects[i]);
}

bool tarn_object_pool_reserve(tarn_object_pool* pool, size_t n) {
  Pool& own = to(pool);
  bool has_all = false;
  do {
    has_all = own.core.reserve(n);
    while (own.core.has_bare_below(n)) {
      void* const slot = own.core.take_bare();
      // Others took what was there.
      if (slot == nullptr)
        break;
      if (construct(own, slot) == nullptr)
        return false;
      own.core.put_home(slot);
    }
  } while (has_all && own.core.has_bare_below(n));
  return has_all;
}

size_t tarn_object_pool_reap(tarn_object_pool* pool) {
  return to(pool).core.reap();
}

size_t tarn_object_pool_in_use(const tarn_object_pool* pool) {
  return to(pool).core.stats().in_use;
}

}  // extern "C"
