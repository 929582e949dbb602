// Translates tarn.h. The opaque structs hold the C++ objects themselves; their
// sizes are asserted, so that a field too many does not build.
#include "tarn/budget.hpp"
#include "tarn/region.hpp"
#include "tarn/tarn.h"

#include "doors/c_budget.hpp"

#include <bit>
#include <new>

namespace {

using tarn::Budget;
using tarn::Mark;
using tarn::Region;
using tarn::RegionOptions;
using tarn::doors::to;

static_assert(sizeof(Region) <= sizeof(tarn_region));
static_assert(alignof(Region) <= alignof(tarn_region));
static_assert(sizeof(Budget) <= sizeof(tarn_budget));
static_assert(alignof(Budget) <= alignof(tarn_budget));
static_assert(sizeof(Mark) == sizeof(tarn_mark));

Region& to(tarn_region* region) {
  return *std::launder(reinterpret_cast<Region*>(region));
}

const Region& to(const tarn_region* region) {
  return *std::launder(reinterpret_cast<const Region*>(region));
}

RegionOptions to(const tarn_region_options* from) {
  RegionOptions options;
  if (from == nullptr)
    return options;
  options.name = from->name;
  if (from->first_chunk != 0)
    options.first_chunk = from->first_chunk;
  if (from->max_chunk != 0)
    options.max_chunk = from->max_chunk;
  options.retain = tarn::retain_bytes(from->retain);
  options.wipe = from->wipe;
  return options;
}

}  // namespace

extern "C" {

uint32_t tarn_version(void) {
  return TARN_VERSION_MAJOR * 10000 + TARN_VERSION_MINOR * 100 +
         TARN_VERSION_PATCH;
}

void tarn_region_init(tarn_region* region, const tarn_region_options* options) {
  if (options != nullptr && options->budget != nullptr)
    ::new (region) Region{to(options->budget), to(options)};
  else
    ::new (region) Region{to(options)};
}

void tarn_region_init_child(tarn_region* region, tarn_region* parent,
                            const tarn_region_options* options) {
  ::new (region) Region{child_of(to(parent)), to(options)};
}

void tarn_region_destroy(tarn_region* region) {
  to(region).~Region();
}

void* tarn_region_allocate(tarn_region* region, size_t size) {
  return to(region).allocate(size);
}

void* tarn_region_allocate_aligned(tarn_region* region, size_t size,
                                   size_t align) {
  return to(region).allocate(size, align);
}

void* tarn_region_allocate_zeroed(tarn_region* region, size_t size) {
  return to(region).allocate_zeroed(size);
}

void* tarn_region_grow(tarn_region* region, void* p, size_t size,
                       size_t wanted) {
  return to(region).grow(p, size, wanted);
}

void tarn_region_deallocate(tarn_region* region, void* p, size_t size) {
  to(region).deallocate(p, size);
}

bool tarn_region_free_large(tarn_region* region, void* p) {
  return to(region).free_large(p);
}

char* tarn_region_copy(tarn_region* region, const char* text) {
  return tarn_region_copy_bytes(region, text, __builtin_strlen(text));
}

char* tarn_region_copy_bytes(tarn_region* region, const void* bytes,
                             size_t size) {
  size_t room = 0;
  if (__builtin_add_overflow(size, 1, &room))
    room = tarn::no_limit;
  auto* const copy = static_cast<char*>(to(region).allocate(room, 1));
  if (copy == nullptr)
    return nullptr;
  if (size != 0)
    __builtin_memcpy(copy, bytes, size);
  copy[size] = '\0';
  return copy;
}

bool tarn_region_reserve(tarn_region* region, size_t bytes) {
  return to(region).reserve(bytes);
}

bool tarn_region_on_reset(tarn_region* region, tarn_cleanup cleanup,
                          void* context) {
  // C has no word for a function that does not throw, and none that does.
  return to(region).on_reset(reinterpret_cast<Region::Cleanup>(cleanup),
                             context);
}

void tarn_region_reset(tarn_region* region) {
  to(region).reset();
}

tarn_mark tarn_region_mark(tarn_region* region) {
  return std::bit_cast<tarn_mark>(to(region).mark());
}

void tarn_region_rewind(tarn_region* region, tarn_mark mark) {
  to(region).rewind(std::bit_cast<Mark>(mark));
}

bool tarn_region_merge(tarn_region* region, tarn_region* other) {
  return to(region).merge(to(other));
}

bool tarn_region_ran_out(const tarn_region* region) {
  return to(region).ran_out();
}

size_t tarn_region_held(const tarn_region* region) {
  return to(region).held();
}

bool tarn_region_owns(const tarn_region* region, const void* p) {
  return to(region).owns(p);
}

void tarn_budget_init(tarn_budget* budget, const char* name, size_t limit,
                      tarn_budget* parent) {
  if (parent != nullptr)
    ::new (budget) Budget{name, limit, to(parent)};
  else
    ::new (budget) Budget{name, limit};
}

void tarn_budget_destroy(tarn_budget* budget) {
  to(budget).~Budget();
}

size_t tarn_budget_held(const tarn_budget* budget) {
  return to(budget).held();
}

}  // extern "C"
