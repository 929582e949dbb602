// Blocks that the bins could not serve or take, and pointers that are none.
#include "heap/slow.hpp"

#include "tarn/heap.hpp"

#include "base/order.hpp"
#include "heap/checked.hpp"
#include "os/memory.hpp"
#include "port/fault.hpp"
#include "span/limit.hpp"
#include "span/space.hpp"

namespace tarn::heap {
namespace {

// The smallest class all of whose slots lie at multiples of `align`.
unsigned aligned_class(std::size_t size, std::size_t align) noexcept {
  unsigned size_class = class_of(size);
  while (size_class < classes && size_of(size_class) % align != 0)
    ++size_class;
  return size_class;
}

// Marks a block of the class as free; `tagged` is whose granule it lies in.
FreeSlot* mark_free(const Domain& domain, void* p, const ThreadHeap& tagged,
                    unsigned size_class) noexcept {
  auto* const slot = static_cast<FreeSlot*>(p);
  if (is_free(*slot, tagged.key))
    report_double_free(domain, p);
  slot->key = tagged.mark_of(size_class);
  return slot;
}

void require_start(const Domain& domain, const void* p, const std::byte* begin,
                   std::size_t size) noexcept {
  // A slab is small, and so is the division.
  const std::uint32_t inside =
      static_cast<std::uint32_t>(detail::bytes_between(begin, p)) %
      static_cast<std::uint32_t>(size);
  if (inside != 0)
    report_interior(domain, p, static_cast<const std::byte*>(p) - inside, size);
}

// Of a slab, which may be any thread's.
void deallocate_small(Domain& domain, void* p, Slab& slab,
                      const ThreadHeap& tagged) noexcept {
  require_start(domain, p, slab.memory, slab.slot_size);
  FreeSlot* const slot = mark_free(domain, p, tagged, slab.size_class);
  if (domain.shared != nullptr) [[unlikely]]
    return deallocate_compact(domain, slab, slot);
  const Visit visit;
  ThreadHeap* const heap = enter_unchecked(domain);
  if (heap == nullptr)
    return post(slab, {slot, slot, 1});
  const HeapId owner = slab.owner.load(relaxed);
  if (owner == heap->id || (owner == 0 && tagged.id == heap->id &&
                            take_back(*heap, slab))) [[likely]]
    put_back(*heap, slab, slot);
  else
    send(*heap, slab, slot);
}

bool is_of_check(const void* p) noexcept {
  const span::Reservation* const home = span::the_space.find(p);
  return home != nullptr &&
         home->descriptor(home->index_of(p)).is(span::Use::checked);
}

void deallocate_of_strip(const Domain& domain, void* p,
                         const ThreadHeap& tagged) noexcept {
  const std::byte* begin = nullptr;
  const std::size_t size = strip_slot(p, &begin);
  if (size == 0)
    report_foreign(domain, p, "nothing is there");
  require_start(domain, p, begin, size);
  FreeSlot* const slot = mark_free(domain, p, tagged, class_of(size));
  ThreadHeap* const own = own_heaps.at[domain.place];
  if (&tagged != own || !keep_of_strip(*own, class_of(size), slot))
    put_in_strip(slot);
}

bool is_heaps(span::Descriptor word) noexcept {
  const unsigned size_class = word.size_class();
  return word.is(span::Use::large) || word.is(span::Use::mixed) ||
         word.is(span::Use::checked) ||
         (size_class != 0 && size_class < classes);
}

// The page map's word for an address of this heap; else a fault. Free: the
// check told it, and there is nothing to be done.
span::Descriptor require_own(Domain& domain, const void* p) noexcept {
  const span::Reservation* const home = span::the_space.find(p);
  const span::Descriptor word = home != nullptr
                                    ? home->descriptor(home->index_of(p))
                                    : span::Descriptor{};
  if (!is_heaps(word)) {
    if (is_told(domain, p))
      return {};
    report_foreign(domain, p,
                   home == nullptr  ? "it is not tarn's"
                   : word.is_free() ? "nothing is there"
                                    : "another pool has it");
  }
  if (word.is(span::Use::large) || word.is(span::Use::checked))
    return word;
  if (const Domain* const other = heap_of(word.owner()).domain;
      other != &domain)
    report_other(domain, p, *other);
  return word;
}

// What the heap's own functions do with the same asks.
void* allocate_unchecked(Domain& domain, std::size_t size,
                         std::size_t align) noexcept {
  if (size <= largest_small && align <= largest_small) {
    const unsigned size_class =
        align <= max_align ? class_of(size) : aligned_class(size, align);
    if (size_class < classes)
      return allocate_of_class(domain, size_class);
  }
  return allocate_large(domain, size, align);
}

// Pages that a copy fills come at once where they are many, which takes half as
// long as one by one, and with them those that it grows by a little: who
// appends fills them next. Those of smaller blocks were filled by the check.
void bring_pages(std::byte* block, std::size_t kept,
                 std::size_t size) noexcept {
  constexpr std::size_t many = 64 * KiB;
  if (kept <= many)
    return;
  const std::size_t page = os::page_size();
  std::byte* const first = block - (detail::address_of(block) & (page - 1));
  const std::size_t wanted = size - kept <= kept / 4 ? size : kept;
  static_cast<void>(os::populate(
      first,
      detail::round_up(detail::bytes_between(first, block + wanted), page)));
}

// Of a block that may be the check's, and goes to one that is if its heap is
// checked. Always to another one, so that the old one's users show.
void* move_checked(Heap& heap, void* p, std::size_t size,
                   port::BlockFamily family) noexcept {
  const std::size_t usable = heap.usable_size(p);
  void* const block = allocate_as(heap, {size, max_align, family, false});
  if (block == nullptr)
    return size <= usable ? p : nullptr;
  const std::size_t kept = base::smaller(size, usable);
  if (is_checked(Domain::of(heap)))
    bring_pages(static_cast<std::byte*>(block), kept, size);
  __builtin_memcpy(block, p, kept);
  deallocate_as(heap, p, {.family = family});
  return block;
}

}  // namespace

void* allocate_of_class(Domain& domain, unsigned size_class) noexcept {
  if (domain.shared != nullptr)
    return allocate_compact(domain, size_class);
  const Visit visit;
  ThreadHeap* const heap = enter(domain);
  if (heap == nullptr)
    return nullptr;
  Bin& bin = heap->bins[size_class];
  if (heap->drawn == size_class) [[unlikely]]
    bring_back(*heap);
  if (!bin.is_empty() && !is_free(*bin.head, heap->key))
    report_double_free(domain, bin.head);
  if (bin.head->next == nullptr) {
    const span::Asking asking{size_class};
    if (!refill(*heap, size_class) && bin.is_empty()) {
      span::open_reserve(size_class);
      return nullptr;
    }
  }
  FreeSlot* const slot = bin.pop();
  if (are_due(*heap)) [[unlikely]] {
    run_duties(*heap);
    if (is_sampled(domain))
      draw(*heap, bin);
  }
  return slot;
}

void* allocate_slow(Heap& heap, std::size_t size) noexcept {
  return allocate_slow(heap, size, port::BlockFamily::pool);
}

void* allocate_slow(Heap& heap, std::size_t size,
                    port::BlockFamily family) noexcept {
  Domain& domain = Domain::of(heap);
  if (asks_check(domain)) [[unlikely]]
    return allocate_as(heap, {size, max_align, family, false});
  if (&domain == &no_domain)
    return nullptr;
  if (may_be_drawn(domain, size)) [[unlikely]]
    if (void* const block =
            take_drawn(domain, {size, max_align, family, false}))
      return block;
  if (size > largest_small)
    return allocate_large(domain, size, max_align);
  return allocate_of_class(domain, class_of(size));
}

void* allocate_as(Heap& heap, const port::BlockAsk& ask) noexcept {
  if (!is_pow2(ask.align)) [[unlikely]]
    port::report_bad_alignment(ask.align);
  Domain& domain = Domain::of(heap);
  void* block = nullptr;
  if (asks_check(domain) && serve_checked(domain, ask, &block))
    return block;
  if (&domain == &no_domain)
    return nullptr;
  if (may_be_drawn(domain, ask.size)) [[unlikely]]
    if ((block = take_drawn(domain, ask)) != nullptr)
      return block;
  block = allocate_unchecked(domain, ask.size, ask.align);
  if (block == nullptr || !ask.is_zeroed)
    return block;
  if (heap.usable_size(block) > largest_small)
    clear_large(domain, block);
  else
    __builtin_memset(block, 0, ask.size);
  return block;
}

void deallocate_slow(Heap& heap, void* p) noexcept {
  deallocate_as(heap, p, {});
}

void deallocate_of_size(Heap& heap, void* p, std::size_t size) noexcept {
  deallocate_as(heap, p, {.size = size});
}

void deallocate_as(Heap& heap, void* p,
                   const port::BlockReturn& said) noexcept {
  if (p == nullptr)
    return;
  Domain& domain = Domain::of(heap);
  const span::Descriptor word = require_own(domain, p);
  if (word.is(span::Use::checked)) [[unlikely]]
    return port::heap_hooks()->deallocate(domain, p, said);
  if (word.is_free()) [[unlikely]]
    return;
  if (word.is(span::Use::large))
    return deallocate_large(domain, p);
  const ThreadHeap& tagged = heap_of(word.owner());
  if (word.is(span::Use::mixed))
    return deallocate_of_strip(domain, p, tagged);
  deallocate_small(domain, p, slab_of(p), tagged);
}

void deallocate_own(Heap& object, void* p, Bin& bin) noexcept {
  Domain& domain = Domain::of(object);
  ThreadHeap& heap = *own_heaps.at[domain.place];
  if (are_due(heap)) {
    if (is_checked(domain)) {
      leave_checked(domain);
      return object.deallocate(p);
    }
    if (run_duties(heap))
      bin.look(room_of(heap.class_of(bin)), heap.key);
    if (is_sampled(domain))
      draw(heap, bin);
    return object.deallocate(p);
  }
  if (!bin.is_empty() && spill(heap, bin))
    return object.deallocate(p);
  --heap.until_duties;
  if (bin.is_empty())
    return bin.push(mark_free(domain, p, heap, heap.class_of(bin)));
  const span::Reservation& first = span::the_space.reservation(0);
  std::size_t index = first.index_of(p);
  index -= first.descriptor(index).offset();
  deallocate_small(domain, p, slab_in(first.note(index)), heap);
}

}  // namespace tarn::heap

namespace tarn {
inline namespace v1 {

using namespace tarn::heap;

void* Heap::allocate(std::size_t size, std::size_t align) noexcept {
  if (!is_pow2(align)) [[unlikely]]
    port::report_bad_alignment(align);
  if (align <= max_align)
    return allocate(size);
  return allocate_as(*this, {size, align, port::BlockFamily::pool, false});
}

void* Heap::allocate_zeroed(std::size_t size, std::size_t align) noexcept {
  if (asks_check(*domain_)) [[unlikely]]
    return allocate_as(*this, {size, align, port::BlockFamily::pool, true});
  void* const block = allocate(size, align);
  if (block == nullptr)
    return nullptr;
  // A large one that was drawn is none of the heap's.
  if (usable_size(block) > largest_small && !is_of_check(block))
    clear_large(*domain_, block);
  else
    __builtin_memset(block, 0, size);
  return block;
}

std::size_t Heap::usable_size(const void* p) const noexcept {
  if (p == nullptr)
    return 0;
  const span::Descriptor word = require_own(*domain_, p);
  if (word.is(span::Use::checked)) [[unlikely]]
    return port::heap_hooks()->usable_size(*domain_, p);
  if (word.is_free()) [[unlikely]]
    return 0;
  if (word.is(span::Use::large))
    return large_size(*domain_, p);
  if (word.is(span::Use::mixed)) {
    const std::byte* begin = nullptr;
    return strip_slot(p, &begin);
  }
  return size_of(word.size_class());
}

bool Heap::try_expand(void* p, std::size_t size) noexcept {
  const std::size_t usable = usable_size(p);
  return size <= usable || (usable > largest_small && !is_of_check(p) &&
                            resize_large(*domain_, p, size));
}

void* Heap::reallocate(void* p, std::size_t size) noexcept {
  return reallocate_as(*this, p, size, port::BlockFamily::pool);
}

}  // namespace v1

void* heap::reallocate_as(Heap& heap, void* p, std::size_t size,
                          port::BlockFamily family) noexcept {
  Domain& domain = Domain::of(heap);
  if (p == nullptr)
    return allocate_as(heap, {size, max_align, family, false});
  if (is_checked(domain) || is_of_check(p)) [[unlikely]]
    return move_checked(heap, p, size, family);
  const std::size_t usable = heap.usable_size(p);
  const bool is_large = usable > largest_small;
  if (size <= usable && size >= usable / 2)
    return p;
  if (is_large && size > largest_small && resize_large(domain, p, size))
    return p;
  void* const block = heap.allocate(size);
  if (block == nullptr)
    return size <= usable ? p : nullptr;
  __builtin_memcpy(block, p, size < usable ? size : usable);
  heap.deallocate(p);
  return block;
}

}  // namespace tarn
