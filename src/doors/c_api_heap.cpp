// Translates the heaps of tarn.h. The opaque struct holds the C++ object.
#include "tarn/heap.hpp"
#include "tarn/tarn.h"

#include <new>

namespace {

using tarn::Heap;

static_assert(sizeof(Heap) <= sizeof(tarn_heap));
static_assert(alignof(Heap) <= alignof(tarn_heap));

Heap& to(tarn_heap* heap) {
  return *std::launder(reinterpret_cast<Heap*>(heap));
}

const Heap& to(const tarn_heap* heap) {
  return *std::launder(reinterpret_cast<const Heap*>(heap));
}

}  // namespace

extern "C" {

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

}  // extern "C"
