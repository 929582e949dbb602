// What a checked fixed pool writes around its blocks, and what it finds there.
#include "tarn/detail/fixed_checked.hpp"

#include "port/check_mode.hpp"
#include "port/fault.hpp"
#include "port/fixed_mode.hpp"

#include <initializer_list>

namespace tarn {
inline namespace v1 {
namespace detail {
namespace {

using port::Sentence;

// The same as in every checked pool (docs/checks.md).
constexpr std::byte fresh_fill{0xa5};
constexpr std::byte freed_fill{0xdb};
constexpr std::byte redzone_fill{0xfa};

// Odd, and as random as any.
constexpr auto seal_key = static_cast<std::uintptr_t>(0x9e37'79b9'7f4a'7c15);

std::byte* block_of(const CheckedHead& head) noexcept {
  return reinterpret_cast<std::byte*>(address_of(&head) + checked_front);
}
std::byte* place_of(const CheckedHead& head) noexcept {
  return block_of(head) - head.front;
}
std::byte* front_zone(const CheckedHead& head) noexcept {
  return reinterpret_cast<std::byte*>(address_of(&head) + sizeof head);
}
CheckedHead& head_at(const void* block) noexcept {
  return *reinterpret_cast<CheckedHead*>(address_of(block) - checked_front);
}

void fill(std::byte* at, std::size_t size, std::byte with) noexcept {
  __builtin_memset(at, static_cast<int>(with), size);
}

struct Change {
  std::size_t first = 0;
  std::size_t size = 0;  // up to the last that was changed; 0: none was
};

Change change_of(const std::byte* at, std::size_t size,
                 std::byte with) noexcept {
  std::size_t first = 0;
  while (first < size && at[first] == with)
    ++first;
  std::size_t end = size;
  while (end > first && at[end - 1] == with)
    --end;
  return {first, end - first};
}

Change front_change(const CheckedHead& head) noexcept {
  return change_of(front_zone(head), checked_front - sizeof head, redzone_fill);
}
Change back_change(const CheckedHead& head) noexcept {
  return change_of(block_of(head) + head.size, head.room - head.size,
                   redzone_fill);
}

// Each pool's own: those of heaps stand first in each pair.
Sentence sentence(Sentence of_heap, CheckedKind kind) noexcept {
  return static_cast<Sentence>(static_cast<unsigned>(of_heap) +
                               static_cast<unsigned>(kind));
}

[[noreturn]] void report_change(Fault fault, Sentence of_heap, CheckedKind kind,
                                const CheckedHead& head,
                                std::size_t number) noexcept {
  port::report(fault, sentence(of_heap, kind), block_of(head), nullptr, number,
               head.size);
}

// A head that is not what the pool wrote: nothing in it can be told.
[[noreturn]] void report_head(const CheckedHead& head,
                              CheckedKind kind) noexcept {
  port::report(Fault::underflow, sentence(Sentence::head_of_heap, kind),
               block_of(head));
}

port::FixedRoom room_of(const CheckedHead& head) noexcept {
  const std::byte* const block = block_of(head);
  return {place_of(head), front_zone(head), block, head.size,
          block + head.room};
}

}  // namespace

bool CheckedBlocks::begin(CheckMode asked) noexcept {
  const bool is_checked = port::is_full(port::fixed_mode(asked));
  if constexpr (has_thread_locals)
    is_told_ = is_checked && port::tells_of_fixed();
  return is_checked;
}

void CheckedBlocks::end() noexcept {
  if (!is_told() || port::is_global(this, sizeof *this))
    return;
  for (const CheckedHead* head = in_use_.oldest; head != nullptr;
       head = head->newer)
    port::tell_fixed_end(room_of(*head));
  for (const CheckedList* const list : {&in_use_, &waiting_})
    for (const CheckedHead* head = list->oldest; head != nullptr;
         head = head->newer)
      port::tell_fixed_leave(room_of(*head));
}

void CheckedBlocks::look_around(const CheckedHead& head,
                                CheckedKind kind) const noexcept {
  if (is_told())
    return;
  if (const Change change = front_change(head); change.size != 0)
    report_change(Fault::underflow, Sentence::underflow_of_heap, kind, head,
                  change.size);
  if (const Change change = back_change(head); change.size != 0)
    report_change(Fault::overflow, Sentence::overflow_of_heap, kind, head,
                  change.size);
}

void CheckedBlocks::look_inside(const CheckedHead& head,
                                CheckedKind kind) const noexcept {
  if (is_told())
    return;
  const Change change = change_of(block_of(head), head.size, freed_fill);
  if (change.size != 0)
    report_change(Fault::use_after_free, Sentence::write_of_heap, kind, head,
                  change.first);
}

std::uintptr_t CheckedBlocks::seal_of(const CheckedHead& head,
                                      const CheckedList& list) const noexcept {
  std::uintptr_t seal = address_of(&list);
  for (const std::uintptr_t word :
       {address_of(&head), address_of(head.older), address_of(head.newer),
        std::uintptr_t{head.size}, std::uintptr_t{head.front},
        std::uintptr_t{head.room}})
    seal = (std::rotl(seal, 7) ^ word) * seal_key;
  return seal;
}

void CheckedBlocks::seal(CheckedHead& head,
                         const CheckedList& list) const noexcept {
  head.seal = seal_of(head, list);
}

bool CheckedBlocks::is_in(const CheckedHead& head,
                          const CheckedList& list) const noexcept {
  return head.seal == seal_of(head, list);
}

void CheckedBlocks::link(CheckedHead& head, CheckedList& list) noexcept {
  head.older = list.newest;
  head.newer = nullptr;
  if (list.newest != nullptr) {
    list.newest->newer = &head;
    seal(*list.newest, list);
  } else {
    list.oldest = &head;
  }
  list.newest = &head;
  seal(head, list);
}

void CheckedBlocks::unlink(CheckedHead& head, CheckedList& list,
                           CheckedKind kind) noexcept {
  // A neighbour that was written to would be sealed as it is.
  for (const CheckedHead* const beside : {head.older, head.newer})
    if (beside != nullptr && !is_in(*beside, list))
      report_head(*beside, kind);
  if (looked_at_ == &head)
    looked_at_ = head.newer;
  (head.older != nullptr ? head.older->newer : list.oldest) = head.newer;
  (head.newer != nullptr ? head.newer->older : list.newest) = head.older;
  for (CheckedHead* const beside : {head.older, head.newer})
    if (beside != nullptr)
      seal(*beside, list);
}

void* CheckedBlocks::give(void* place, std::size_t front, std::size_t size,
                          std::size_t capacity, CheckedKind kind) noexcept {
  std::byte* const block = static_cast<std::byte*>(place) + front;
  CheckedHead& head = head_at(block);
  if (in_use_.newest != nullptr && !is_in(*in_use_.newest, in_use_))
    report_head(*in_use_.newest, kind);
  head.size = size;
  head.front = front;
  head.room = capacity - front;
  link(head, in_use_);
  if (is_told()) {
    port::tell_fixed_begin(room_of(head));
    return block;
  }
  fill(front_zone(head), checked_front - sizeof head, redzone_fill);
  fill(block, size, fresh_fill);
  fill(block + size, head.room - size, redzone_fill);
  return block;
}

bool CheckedBlocks::is_in_use(const void* p) const noexcept {
  if (address_of(p) % max_align != 0)
    return false;
  if (!is_told())
    return is_in(head_of(p), in_use_);
  // A pointer into a block has the program's bytes where a head would be.
  struct Asked {
    const CheckedBlocks& blocks;
    const void* p;
  };
  const Asked asked{*this, p};
  return port::look_unseen(
      [](const void* with) noexcept {
        const auto& [blocks, at] = *static_cast<const Asked*>(with);
        return blocks.is_in(head_of(at), blocks.in_use_);
      },
      &asked);
}

void CheckedBlocks::refuse(const void* p, CheckedKind kind) const noexcept {
  for (const CheckedHead* head = in_use_.oldest; head != nullptr;
       head = head->newer) {
    if (!is_in(*head, in_use_))
      report_head(*head, kind);
    if (is_between(place_of(*head), p, block_of(*head) + head->room))
      port::report(Fault::wrong_pool,
                   kind == CheckedKind::fixed_heap ? Sentence::inside_block
                                                   : Sentence::inside_slot,
                   p, block_of(*head));
  }
  // Memcheck, with the calls that it knows, before the program ends.
  if (is_told())
    port::tell_fixed_end(
        {nullptr, nullptr, static_cast<const std::byte*>(p), 0, nullptr});
  port::report(Fault::double_free,
               kind == CheckedKind::fixed_heap ? Sentence::free_block
                                               : Sentence::free_slot,
               p);
}

void CheckedBlocks::look_at(const void* p, CheckedKind kind) const noexcept {
  look_around(head_of(p), kind);
}

void CheckedBlocks::resize(void* p, std::size_t size,
                           std::size_t capacity) noexcept {
  CheckedHead& head = head_at(p);
  auto* const block = static_cast<std::byte*>(p);
  const std::size_t former = head.size;
  head.size = size;
  head.room = capacity - head.front;
  seal(head, in_use_);
  if (is_told())
    return port::tell_fixed_resize(room_of(head), former);
  if (size > former)
    fill(block + former, size - former, fresh_fill);
  fill(block + size, head.room - size, redzone_fill);
}

void CheckedBlocks::take_back(void* p, CheckedKind kind) noexcept {
  CheckedHead& head = head_at(p);
  look_around(head, kind);
  unlink(head, in_use_, kind);
  if (waiting_.newest != nullptr && !is_in(*waiting_.newest, waiting_))
    report_head(*waiting_.newest, kind);
  if (is_told())
    port::tell_fixed_end(room_of(head));
  else
    fill(block_of(head), head.size, freed_fill);
  link(head, waiting_);
  waiting_bytes_ += head.front + head.size + checked_back;
  ++waiting_count_;
}

void* CheckedBlocks::oldest_leaves(CheckedKind kind) noexcept {
  CheckedHead& head = *waiting_.oldest;
  if (!is_in(head, waiting_))
    report_head(head, kind);
  look_around(head, kind);
  look_inside(head, kind);
  unlink(head, waiting_, kind);
  if (is_told())
    port::tell_fixed_leave(room_of(head));
  // No longer a block that somebody could be told of.
  head.seal = 0;
  waiting_bytes_ -= head.front + head.size + checked_back;
  --waiting_count_;
  return place_of(head);
}

bool CheckedBlocks::is_whole(const CheckedHead& head,
                             const CheckedList& list) const noexcept {
  if (is_told() || !is_in(head, list))
    return is_in(head, list);
  return front_change(head).size == 0 && back_change(head).size == 0 &&
         (&list == &in_use_ ||
          change_of(block_of(head), head.size, freed_fill).size == 0);
}

bool CheckedBlocks::check() const noexcept {
  for (const CheckedList* const list : {&in_use_, &waiting_})
    for (const CheckedHead* head = list->oldest; head != nullptr;
         head = head->newer)
      if (!is_whole(*head, *list))
        return false;
  return true;
}

bool CheckedBlocks::check_step(std::size_t blocks) noexcept {
  for (; blocks != 0; --blocks) {
    if (looked_at_ == nullptr) {
      looks_at_waiting_ = !looks_at_waiting_;
      looked_at_ = looks_at_waiting_ ? waiting_.oldest : in_use_.oldest;
      if (looked_at_ == nullptr)
        continue;
    }
    if (!is_whole(*looked_at_, looks_at_waiting_ ? waiting_ : in_use_))
      return false;
    looked_at_ = looked_at_->newer;
  }
  return true;
}

void CheckedBlocks::look_at_list(const CheckedList& list,
                                 CheckedKind kind) const noexcept {
  for (const CheckedHead* head = list.oldest; head != nullptr;
       head = head->newer) {
    if (!is_in(*head, list))
      report_head(*head, kind);
    look_around(*head, kind);
    if (&list == &waiting_)
      look_inside(*head, kind);
  }
}

void CheckedBlocks::look_at_all(CheckedKind kind) const noexcept {
  look_at_list(in_use_, kind);
  look_at_list(waiting_, kind);
}

void watch_pool(const void* pool, std::size_t size,
                void (*look)(const void* pool) noexcept,
                bool is_shared) noexcept {
  port::watch_fixed({pool, size, look, is_shared});
}

void refuse_outsider(const void* p, CheckedKind kind) noexcept {
  port::report(
      Fault::wrong_pool,
      kind == CheckedKind::fixed_heap ? Sentence::no_block : Sentence::no_slot,
      p);
}

}  // namespace detail
}  // namespace v1
}  // namespace tarn
