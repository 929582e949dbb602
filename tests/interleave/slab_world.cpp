#include "interleave/slab_world.hpp"

namespace tarn::interleave {

void SlabWorld::begin() {
  ::new (&slab_) Slab{};
  ::new (&list_) slab::SlabList{};
  slab_.start(memory_, sizeof memory_, slot_size, 4, 1);
  owner_ = 0;
  for (me_ = 0; me_ < most_threads; ++me_) {
    held_[me_].count = 0;
    for (unsigned i = 0; i < scenario_.hold[me_]; ++i)
      hold(slab_.take(1));
  }
  me_ = 0;
  if (scenario_.is_detached) {
    require(slab_.detach(), "a slab that is used up can be detached");
    owner_ = nobody;
  }
  watch(&slab_.word, sizeof slab_.word, "word");
  watch(&slab_, sizeof slab_, "slab");
  watch(&list_, sizeof list_, "list");
  watch(memory_, sizeof memory_, "slot");
}

void SlabWorld::take_or_detach() {
  for (;;) {
    const slab::Returned got = slab_.take(1);
    if (got.first != nullptr)
      return hold(got);
    // Before the call: after it another one may be the owner already.
    disown();
    if (slab_.detach())
      return;
    own();
  }
}

void SlabWorld::post(unsigned count) {
  FreeSlot* const last = let_go();
  FreeSlot* first = last;
  for (unsigned i = 1; i < count; ++i) {
    FreeSlot* const slot = let_go();
    slot->next = first;
    first = slot;
  }
  if (slab_.word.post(memory_, {first, last, count}))
    list_.put(&slab_);
}

void SlabWorld::drain() {
  for (Slab* slab = list_.take_all(); slab != nullptr;) {
    Slab* const next = slab->next_listed;
    require(next == nullptr, "a slab is listed once");
    slab->adopt(me_ + 1);
    own();
    slab = next;
  }
}

void SlabWorld::look() {
  if (Slab* const slab = list_.take_all()) {
    require(slab->next_listed == nullptr, "a slab is listed once");
    require(slab->word.count() <= slab->fresh, "a word counts slots");
    list_.put(slab);
  }
}

void SlabWorld::give_back() {
  if (slab_.owner.load(std::memory_order_relaxed) != 0 ||
      !slab_.reattach(me_ + 1))
    return post(1);
  own();
  slab_.put(let_go());
}

void SlabWorld::park() {
  disown();
  if (slab_.park())
    list_.put(&slab_);
}

// Here a page is a slot.
void SlabWorld::park_bare() {
  slab_.put(let_go());
  require(slab_.lay_bare(slot_size) != 0 && slab_.free_count == 0,
          "a free slot can be laid bare");
  park();
}

void SlabWorld::hold(slab::Returned got) {
  Held& held = held_[me_];
  for (unsigned i = 0; i < got.count; ++i) {
    FreeSlot* const slot = got.first;
    require(slot != nullptr && held.count < slots, "as many as are counted");
    got.first = slot->next;
    slot->key = me_;
    held.slot[held.count++] = slot;
  }
  require(got.first == nullptr, "no more than are counted");
}

FreeSlot* SlabWorld::let_go() {
  Held& held = held_[me_];
  require(held.count != 0, "the scenario gives back what is held");
  FreeSlot* const slot = held.slot[--held.count];
  require(slot->key == me_, "a slot that is held keeps its bytes");
  slot->key = nobody;
  slot->next = nullptr;
  return slot;
}

void SlabWorld::own() {
  require(owner_ == nobody, "a slab has one owner");
  owner_ = me_;
}

void SlabWorld::disown() {
  require(owner_ == me_, "a slab has one owner");
  owner_ = nobody;
}

void SlabWorld::end() {
  const Slab* const listed = list_.take_all();
  require(listed == nullptr || listed->next_listed == nullptr,
          "a slab is listed once");
  const unsigned came_back = slab_.word.count();
  require(slab_.word.is_detached() == (owner_ == nobody),
          "a slab is detached or owned");
  require((listed != nullptr) ==
              (owner_ == nobody && (came_back != 0 || slab_.bare != 0)),
          "a detached slab with slots is listed, and no other one");
  seen_ = 0;
  for (const Held& held : held_)
    for (unsigned i = 0; i < held.count; ++i)
      account_for(held.slot[i]);
  if (owner_ == nobody)
    slab_.adopt(9);
  else
    slab_.take_returned();
  unsigned count = 0;
  for (const FreeSlot* slot = slab_.free; slot != nullptr; slot = slot->next) {
    account_for(slot);
    ++count;
  }
  require(count == slab_.free_count, "free slots are counted");
  while (slab_.bare != 0)
    account_for(slab_.link_bare(0, nullptr).first);
  require(seen_ == (1u << slots) - 1, "no slot is lost");
}

void SlabWorld::account_for(const FreeSlot* slot) {
  const auto offset = static_cast<std::size_t>(
      reinterpret_cast<const std::byte*>(slot) - memory_);
  require(offset < sizeof memory_ && offset % slot_size == 0,
          "a slot is one of the slab's");
  const unsigned bit = 1u << offset / slot_size;
  require((seen_ & bit) == 0, "no slot is free twice");
  seen_ |= bit;
}

}  // namespace tarn::interleave
