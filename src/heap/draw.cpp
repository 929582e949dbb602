// A block now and then that the check guards: the next one of its class, so
// that also a place that gives back what it has just taken, and never refills a
// bin, has one. The bin is set aside for it, and the block that came last alone
// in its place: the fast path serves no last block.
#include "heap/checked.hpp"
#include "heap/slow.hpp"
#include "port/sample_hooks.hpp"
#include "span/limit.hpp"

namespace tarn::heap {
namespace {

// What more than a page is costs the process nothing beside, as long as it
// counts as the heap's own would.
constexpr std::size_t page = 4 * KiB;

// A large block costs a call as much as a few hundred of the others.
constexpr std::uint32_t large_between_draws = 16;

bool can_be_guarded(const Domain& domain, std::size_t size) noexcept {
  return size <= page || (domain.budget == nullptr && !span::is_limited());
}

// 0: of no class.
void set_drawn(ThreadHeap& heap, unsigned size_class) noexcept {
  heap.drawn = size_class;
  heap.is_drawing = size_class != 0 || port::are_all_drawn();
}

// Duties are due as often as ever, but nobody knows when.
std::int32_t next_interval(std::uint32_t random) noexcept {
  constexpr std::uint32_t mean = blocks_between_duties;
  return static_cast<std::int32_t>(mean / 2 + random % mean);
}

bool is_drawn(const Domain& domain, const ThreadHeap& own,
              const port::BlockAsk& ask,
              const port::SampleHooks& hooks) noexcept {
  if (!can_be_guarded(domain, ask.size))
    return false;
  if (ask.size > largest_small)
    return hooks.random() % large_between_draws == 0 &&
           hooks.may_sample(port::DrawOf::large_blocks, large_between_draws);
  if (domain.shared == nullptr)
    return own.drawn != 0 && ask.align <= max_align &&
           own.drawn == class_of(ask.size);
  // A compact heap has no bins, and all its calls come by here.
  constexpr std::uint32_t blocks = blocks_between_duties;
  return hooks.random() % blocks == 0 &&
         hooks.may_sample(port::DrawOf::blocks, blocks);
}

}  // namespace

void* take_drawn(Domain& domain, const port::BlockAsk& ask) noexcept {
  const port::SampleHooks* const hooks = port::sample_hooks();
  const port::HeapHooks* const blocks = port::heap_hooks();
  if (hooks == nullptr || blocks == nullptr)
    return nullptr;
  ThreadHeap& own = *own_heaps.at[domain.place];
  const bool is_one = is_drawn(domain, own, ask, *hooks);
  if (is_one && ask.size <= largest_small && own.drawn != 0)
    bring_back(own);
  return is_one || port::are_all_drawn() ? blocks->allocate(domain, ask).block
                                         : nullptr;
}

void draw(ThreadHeap& heap, Bin& bin) noexcept {
  const port::SampleHooks* const hooks = port::sample_hooks();
  const unsigned size_class = heap.class_of(bin);
  if (hooks == nullptr)
    return;
  heap.until_duties = next_interval(hooks->random());
  if (heap.drawn != 0)
    bring_back(heap);
  set_drawn(heap, 0);
  if (!hooks->may_sample(port::DrawOf::blocks, blocks_between_duties))
    return;
  const Busy busy{heap};
  heap.aside = bin.head;
  bin.head = &no_slot;
  set_drawn(heap, size_class);
}

void bring_back(ThreadHeap& heap) noexcept {
  const Busy busy{heap};
  Bin& bin = heap.bins[heap.drawn];
  FreeSlot* const aside = heap.aside;
  set_drawn(heap, 0);
  heap.aside = nullptr;
  if (aside == &no_slot)
    return;
  if (bin.is_empty()) {
    bin.head = aside;
    return;
  }
  unsigned above = 1;
  FreeSlot* last = bin.head;
  for (; last->next != nullptr; last = last->next)
    ++above;
  last->next = aside;
  // Each says how many may come above it, as if all had come by turns.
  const std::uintptr_t room = aside->key & room_mask;
  // More than would have had room: spill.cpp would take them for false ones.
  if (above > room) {
    const unsigned size_class = heap.class_of(bin);
    return shorten_bin(heap, bin, room_of(size_class));
  }
  for (FreeSlot* slot = bin.head; slot != aside; slot = slot->next, --above)
    if (is_free(*slot, heap.key))
      slot->key = heap.key | (room - above);
}

void begin_draws(const Domain& domain, ThreadHeap& heap) noexcept {
  set_drawn(heap, heap.drawn);
  const port::SampleHooks* const hooks = port::sample_hooks();
  if (hooks != nullptr && is_sampled(domain))
    heap.until_duties = static_cast<std::int32_t>(
        hooks->random() % static_cast<std::uint32_t>(blocks_between_duties));
}

}  // namespace tarn::heap
