#include "check/heap_samples.hpp"

#include "check/guarded_slots.hpp"

namespace tarn::check {
namespace {

// 0, for which there is a name all the same, where there is no memory.
PoolNumber number_of(heap::Domain& domain) noexcept {
  const HeapState* const heap = state_of(domain);
  return heap == nullptr ? 0 : heap->number;
}

}  // namespace

port::BlockAnswer sample(heap::Domain& domain,
                         const port::BlockAsk& ask) noexcept {
  const Spending spending;
  std::byte* const block = take_guarded_slot(number_of(domain), ask);
  count_sample(ask.size > heap::largest_small ? port::DrawOf::large_blocks
                                              : port::DrawOf::blocks,
               block == nullptr);
  return {block, block == nullptr};
}

void end_sample(heap::Domain& domain, void* p,
                const port::BlockReturn& said) noexcept {
  const Spending spending;
  give_back_guarded_slot(number_of(domain), p, said);
}

std::size_t size_of_sample(heap::Domain& domain, const void* p) noexcept {
  return guarded_size(number_of(domain), p);
}

}  // namespace tarn::check
