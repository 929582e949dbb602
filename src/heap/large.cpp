// Blocks with pages of their own: runs of granules, known to the page map.
#include "tarn/upstream.hpp"

#include "base/order.hpp"
#include "heap/checked.hpp"
#include "heap/slow.hpp"
#include "span/limit.hpp"
#include "span/space.hpp"

namespace tarn::heap {
namespace {

using span::granule_size;
using span::the_space;

constexpr auto our_kind = static_cast<unsigned>(PoolKind::heap);

// The block whose run holds `p`, which the map calls large.
const std::byte* start_of(const void* p) noexcept {
  const span::Reservation* const home = the_space.find(p);
  std::size_t index = home->index_of(p);
  while (const unsigned back = home->descriptor(index).offset())
    index -= back;
  return home->granule(index);
}

// How many granules it has lies behind its owner's id.
std::atomic<std::uint32_t>& granules_of(const void* block) noexcept {
  return (&the_space.id_at(block))[1];
}

// The granules for `size` bytes, 0: too many.
std::uint32_t granules_for(std::size_t size) noexcept {
  const std::size_t granules =
      (base::larger<std::size_t>(size, 1) - 1) / granule_size + 1;
  return granules > UINT32_MAX / 2 ? 0 : static_cast<std::uint32_t>(granules);
}

// Whose it is stands in its note.
Domain*& domain_of(const void* block) noexcept {
  const span::Reservation* const home = the_space.find(block);
  span::Note& note = home->note(home->index_of(block));
  return *reinterpret_cast<Domain**>(note.bytes);
}

void require_start(const Domain& domain, const void* p) noexcept {
  const span::Reservation* const home = the_space.find(p);
  const std::byte* const start = start_of(p);
  if (home->descriptor(home->index_of(start)).extra() != our_kind)
    report_foreign(domain, p, "another pool has it");
  if (start != p)
    report_interior(domain, p, start,
                    granules_of(start).load(relaxed) * granule_size);
  if (const Domain& other = *domain_of(p); &other != &domain)
    report_other(domain, p, other);
}

}  // namespace

void* allocate_large(Domain& domain, std::size_t size,
                     std::size_t align) noexcept {
  const span::Asking asking{span::large_kind};
  std::size_t granules = granules_for(size);
  if (granules == 0 || align > no_limit / 4)
    return nullptr;
  std::byte* memory = claim_run(domain, granules, align, span::Use::large,
                                our_kind, 0, &granules);
  if (memory == nullptr && (domain.budget != nullptr || span::is_limited())) {
    squeeze(domain);
    memory = claim_run(domain, granules, align, span::Use::large, our_kind, 0,
                       &granules);
  }
  if (memory == nullptr) {
    span::open_reserve(span::large_kind);
    return nullptr;
  }
  domain_of(memory) = &domain;
  granules_of(memory).store(static_cast<std::uint32_t>(granules), relaxed);
  return memory;
}

void deallocate_large(Domain& domain, void* p) noexcept {
  require_start(domain, p);
  release_run(domain, static_cast<std::byte*>(p), granules_of(p).load(relaxed));
  if (domain.shared != nullptr)
    return;
  const Visit visit;
  if (ThreadHeap* const heap = enter_unchecked(domain))
    if (++heap->posts >= 64) {
      const std::int32_t left = heap->until_duties;
      run_duties(*heap);
      // Blocks are drawn where bins have duties: large ones may not put it off.
      if (is_sampled(domain))
        heap->until_duties = left;
    }
}

std::size_t large_size(const Domain& domain, const void* p) noexcept {
  require_start(domain, p);
  return granules_of(p).load(relaxed) * granule_size;
}

bool resize_large(Domain& domain, void* p, std::size_t size) noexcept {
  const std::uint32_t wanted = granules_for(size);
  if (wanted == 0 || !resize_run(domain, static_cast<std::byte*>(p),
                                 granules_of(p).load(relaxed), wanted,
                                 span::Use::large, our_kind))
    return false;
  granules_of(p).store(wanted, relaxed);
  return true;
}

void clear_large(const Domain& domain, void* p) noexcept {
  const std::size_t granules = granules_of(p).load(relaxed);
  // What comes through chunk caches was used since the space lent it.
  if (domain.budget != nullptr &&
      granules * granule_size <= span::largest_chunk)
    __builtin_memset(p, 0, granules * granule_size);
  else
    the_space.clear(static_cast<std::byte*>(p), granules);
}

}  // namespace tarn::heap
