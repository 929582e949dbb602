// The beginning and the end of heaps.
#include "heap/domain.hpp"

#include "heap/own_place.hpp"
#include "port/heap_hooks.hpp"
#include "port/world.hpp"

#include <atomic>
#include <cstddef>
#include <new>

namespace tarn {

namespace heap {
namespace {

// With less, granules for each thread and class would use up the budget before
// its blocks do.
constexpr std::size_t compact_limit = 8 * MiB;

constexpr std::size_t domain_size = 4 * KiB;
static_assert(sizeof(Domain) <= domain_size);

Domain* make(Budget* budget, const HeapOptions& options) noexcept {
  const Loan loan = port::system_lend_chunk(domain_size);
  if (!loan)
    return nullptr;
  auto* const domain = ::new (loan.memory) Domain;
  domain->is_default = false;
  domain->budget = budget;
  domain->check = options.checks;
  const bool is_compact = options.compact || (budget != nullptr &&
                                              budget->limit() <= compact_limit);
  domain->id = port::register_pool(PoolKind::heap, options.name);
  if (begin(*domain, is_compact))
    return domain;
  port::unregister_pool(domain->id);
  port::system_take_back(loan);
  return nullptr;
}

}  // namespace
}  // namespace heap

inline namespace v1 {

Heap& default_heap() noexcept {
  // Stands for a Heap, since one would be destroyed at exit, before whoever
  // still uses it then.
  struct Standing {
    std::atomic<std::ptrdiff_t> place;
    heap::Domain* domain;
  };
  static_assert(sizeof(Standing) == sizeof(Heap));
  static constinit Standing standing{0, &heap::default_domain};
  // The same for each who comes first, but no constant; nobody's is 0. Who
  // reads it as a plain word later got the heap from here: that is what both
  // pair for.
  std::ptrdiff_t none = 0;
  if (standing.place.load(std::memory_order_acquire) == 0) [[unlikely]]
    standing.place.compare_exchange_strong(
        none, heap::own_offset(heap::default_domain.place),
        std::memory_order_acq_rel);
  return *std::launder(reinterpret_cast<Heap*>(&standing));
}

Heap::Heap(const HeapOptions& options) noexcept : Heap(nullptr, options) {}

Heap::Heap(Budget& budget, const HeapOptions& options) noexcept
    : Heap(&budget, options) {}

Heap::Heap(Budget* budget, const HeapOptions& options) noexcept
    : domain_(heap::make(budget, options)) {
  if (domain_ == nullptr)
    domain_ = &heap::no_domain;
  place_ = heap::own_offset(domain_->place);
}

Heap::~Heap() {
  if (domain_ == &heap::no_domain)
    return;
  if (domain_->checked.load(std::memory_order_acquire) != nullptr)
    port::heap_hooks()->end(*domain_);
  heap::end(*domain_);
  heap::release_all_runs(*domain_);
  port::unregister_pool(domain_->id);
  port::system_take_back(
      {reinterpret_cast<std::byte*>(domain_), heap::domain_size});
}

const char* Heap::name() const noexcept {
  return port::pool_name(domain_->id);
}

}  // namespace v1
}  // namespace tarn
