// Translates the heaps of tarn.h. The opaque struct holds the C++ object.
#include "tarn/checks.hpp"
#include "tarn/describe.hpp"
#include "tarn/heap.hpp"
#include "tarn/stats.hpp"
#include "tarn/tarn.h"

#include "doors/c_budget.hpp"

#include <new>

namespace {

using tarn::Budget;
using tarn::Heap;
using tarn::HeapOptions;
using tarn::doors::to;

static_assert(sizeof(Heap) <= sizeof(tarn_heap));
static_assert(alignof(Heap) <= alignof(tarn_heap));
static_assert(static_cast<int>(tarn::StatsForm::text) == TARN_STATS_TEXT);
static_assert(static_cast<int>(tarn::StatsForm::json) == TARN_STATS_JSON);
static_assert(static_cast<int>(tarn::StatsForm::openmetrics) ==
              TARN_STATS_OPENMETRICS);
static_assert(static_cast<int>(tarn::CheckMode::of_process) ==
              TARN_CHECK_OF_PROCESS);
static_assert(static_cast<int>(tarn::CheckMode::full_page) ==
              TARN_CHECK_FULL_PAGE);
static_assert(static_cast<int>(tarn::AfterFault::go_on) ==
              TARN_AFTER_FAULT_GO_ON);

Heap& to(tarn_heap* heap) {
  return *std::launder(reinterpret_cast<Heap*>(heap));
}

const Heap& to(const tarn_heap* heap) {
  return *std::launder(reinterpret_cast<const Heap*>(heap));
}

HeapOptions to(const tarn_heap_options* from) {
  HeapOptions options;
  if (from == nullptr)
    return options;
  if (from->name != nullptr)
    options.name = from->name;
  options.compact = from->compact;
  options.checks = static_cast<tarn::CheckMode>(from->checks);
  return options;
}

}  // namespace

extern "C" {

void tarn_heap_init(tarn_heap* heap, const tarn_heap_options* options) {
  if (options != nullptr && options->budget != nullptr)
    ::new (heap) Heap{to(options->budget), to(options)};
  else
    ::new (heap) Heap{to(options)};
}

void tarn_heap_destroy(tarn_heap* heap) {
  to(heap).~Heap();
}

tarn_heap* tarn_default_heap(void) {
  return reinterpret_cast<tarn_heap*>(&tarn::default_heap());
}

void* tarn_heap_allocate(tarn_heap* heap, size_t size) {
  return to(heap).allocate(size);
}

void* tarn_heap_allocate_aligned(tarn_heap* heap, size_t size, size_t align) {
  return to(heap).allocate(size, align);
}

void* tarn_heap_allocate_zeroed(tarn_heap* heap, size_t size) {
  return to(heap).allocate_zeroed(size);
}

void* tarn_heap_reallocate(tarn_heap* heap, void* p, size_t size) {
  return to(heap).reallocate(p, size);
}

bool tarn_heap_try_expand(tarn_heap* heap, void* p, size_t size) {
  return to(heap).try_expand(p, size);
}

void tarn_heap_deallocate(tarn_heap* heap, void* p) {
  to(heap).deallocate(p);
}

size_t tarn_heap_usable_size(const tarn_heap* heap, const void* p) {
  return to(heap).usable_size(p);
}

size_t tarn_heap_allocate_many(tarn_heap* heap, size_t size, size_t n,
                               void** out) {
  return to(heap).allocate_many(size, n, out);
}

void tarn_heap_deallocate_many(tarn_heap* heap, void* const* blocks, size_t n) {
  to(heap).deallocate_many(blocks, n);
}

size_t tarn_stats(tarn_stats_form form, char* buffer, size_t size) {
  const tarn::Snapshot now = tarn::snapshot();
  return tarn::write_stats(now, nullptr, static_cast<tarn::StatsForm>(form),
                           buffer, size);
}

size_t tarn_describe(const void* p, char* buffer, size_t size) {
  return tarn::describe(p, buffer, size);
}

void tarn_set_check_mode(tarn_mode mode) {
  tarn::set_check_mode(static_cast<tarn::CheckMode>(mode));
}

tarn_mode tarn_check_mode(void) {
  return static_cast<tarn_mode>(tarn::check_mode());
}

size_t tarn_check_all(void) {
  return tarn::check_all();
}

void tarn_set_after_fault(tarn_after_fault what) {
  tarn::set_after_fault(static_cast<tarn::AfterFault>(what));
}

}  // extern "C"
