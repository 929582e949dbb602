// region_play.hpp - regions, their twins, and what each call must do to both.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "laws/region_ledger.hpp"
#include "laws/region_things.hpp"

#include <deque>

namespace tarn::test {

/// What was asked, in bytes from the beginning of whatever the region allots.
struct Wish {
  std::size_t size;
  std::size_t align;
  bool may_recycle = false;
};

class RegionPlay : public Mourner {
 public:
  RegionPlay() { at_work = this; }
  RegionPlay(const RegionPlay&) = delete;
  RegionPlay& operator=(const RegionPlay&) = delete;

 protected:
  ~RegionPlay() = default;

  void begin(Twin& twin) {
    ledger_.begin(twin);
    exhaustions_ = 0;
  }

  static void count_exhaustion(Region&, std::size_t) noexcept {
    ++exhaustions_;
  }

  // Records a call that gave nothing.
  void settle_failure(Twin& twin, bool can_be) {
    law(ledger_.is_refused || !can_be,
        "4: a call fails only when its last ask was refused");
    law(exhaustions_ == (twin.tells_exhaustion ? 1u : 0u),
        "4: each exhaustion is told once");
    twin.ran_out = true;
  }

  // Records a call that gave the block at `p`; null stands for a record whose
  // place is not told. Gives the place.
  std::byte* settle(Twin& twin, const Wish& wish, std::byte* p) {
    law(exhaustions_ == 0, "4: success is no exhaustion");
    std::byte* const next = twin.next_block(wish.size, wish.align);
    if (next != nullptr)
      law(ledger_.asks == 0, "4: what fits borrows nothing");
    const bool is_again = p != nullptr && p != next && wish.size != 0 &&
                          twin.take_given_up(p, wish.size);
    if (is_again) {
      law(wish.may_recycle || (next == nullptr &&
                               wish.size >= detail::RecycledBlocks::smallest),
          "6: recycled on request, or instead of a new chunk");
    } else if (next != nullptr) {
      law(p == nullptr || p == next, "6: the next block, where it is due");
      p = next;
      twin.current()->fill_until(p + wish.size);
    } else if (wish.size != 0) {
      p = settle_elsewhere(twin, wish, p);
    }
    law(detail::address_of(p) % wish.align == 0, "1: aligned as asked");
    return p;
  }

  // The chunk that a call brought into use: lent just now, or a spare.
  Chunk take_new_chunk(Twin& twin) {
    if (!ledger_.fresh.empty()) {
      const Loan loan = ledger_.fresh.front();
      ledger_.fresh.erase(ledger_.fresh.begin());
      return chunk_of(loan);
    }
    // A chunk that was filled from its beginning is owned there.
    const auto spare = std::find_if(twin.spares.begin(), twin.spares.end(),
                                    [&twin](const Chunk& chunk) {
                                      return twin.region->owns(chunk.begin());
                                    });
    law(spare != twin.spares.end(), "6: memory comes from somewhere");
    const Chunk chunk = *spare;
    twin.spares.erase(spare);
    return chunk;
  }

  void enter_block(Twin& twin, std::byte* p, std::size_t size,
                   std::size_t align, bool is_record) {
    if (size == 0)
      return;
    Blocks& blocks = ledger_.blocks;
    const auto above = blocks.lower_bound(p);
    law(above == blocks.end() || p + size <= above->first,
        "1: below the next block");
    law(above == blocks.begin() ||
            std::prev(above)->first + std::prev(above)->second.size <= p,
        "1: above the block before");
    const auto mark = static_cast<unsigned char>(++clock_);
    if (!is_record)
      std::memset(p, mark, size);
    blocks[p] = {&twin, size, align, mark, is_record, clock_};
  }

  // A record or a thing of the region itself, at `p` or where it must be.
  void enter_record(Twin& twin, const Wish& wish, void* p) {
    std::byte* const at = settle(twin, wish, static_cast<std::byte*>(p));
    enter_block(twin, at, wish.size, wish.align, true);
  }

  void enter_ticket(Twin& twin, std::shared_ptr<Ticket> ticket) {
    ticket->birth = ++clock_;
    twin.cleanups.push_back(std::move(ticket));
  }

  // The first chunk may come for the sake of the resource alone.
  void settle_resource(Twin& twin) {
    if (twin.resource_memory != nullptr)
      return;
    if (twin.chunks.empty()) {
      law(!ledger_.fresh.empty(), "6: the resource lies in a chunk");
      const Chunk chunk = take_new_chunk(twin);
      ledger_.asks = 0;
      twin.enter_chunk(chunk, chunk.begin());
    }
    twin.resource_memory = twin.chunks.front().memory;
  }

  // All children and cleanups that end with `twin` since `birth`, in order.
  void expect(Twin& twin, std::uint64_t birth) {
    twin.is_resetting = true;
    for (auto child = twin.children.rbegin(); child != twin.children.rend();
         ++child)
      if ((*child)->birth > birth) {
        (*child)->is_ending = (*child)->is_made;
        expect(**child, 0);
      }
    for (auto it = twin.cleanups.rbegin(); it != twin.cleanups.rend(); ++it)
      if ((*it)->birth > birth)
        due_.push_back(it->get());
  }

  void look_at_blocks(const Twin& twin, std::uint64_t birth) const {
    for (const auto& [at, block] : ledger_.blocks)
      if (block.twin == &twin && block.birth > birth)
        Ledger::look_at(at, block);
  }

  void on_cleanup(Ticket& ticket) override {
    law(!due_.empty() && due_.front() == &ticket,
        "3: each cleanup runs once, and in its turn");
    due_.pop_front();
    Twin& twin = *ticket.twin;
    const std::shared_ptr<Ticket> kept = twin.cleanups.back();
    law(kept.get() == &ticket, "3: newest first");
    twin.cleanups.pop_back();
    look_at_newest_block(twin);
    if (ticket.registers_more && twin.region != nullptr)
      register_more(twin);
  }

  void on_storage_end(Ticket& ticket, std::byte* p, std::size_t size) override {
    if (size == 0)
      return;
    const auto block = ledger_.blocks.find(p);
    law(block != ledger_.blocks.end(), "1: a container keeps its bytes");
    Ledger::look_at(p, block->second);
    ticket.twin->give_up(p, size, block->second.birth);
    ledger_.blocks.erase(block);
  }

  // A child, made or over a slot's region, is entered with its parent.
  Twin& enter_twin(Region* region, const RegionOptions& options,
                   Upstream* upstream, Twin* parent) {
    auto twin = std::make_unique<Twin>();
    twin->region = region;
    twin->parent = parent;
    twin->upstream = upstream;
    twin->name = options.name != nullptr ? options.name : "";
    twin->is_wiping = options.wipe;
    twin->tells_exhaustion = options.on_exhausted != nullptr;
    twin->retain = options.retain.bytes;
    twin->large_size = options.max_chunk / detail::large_part;
    twin->first_chunk = std::max(options.first_chunk, detail::smallest_chunk);
    twin->birth = ++clock_;
    if (parent != nullptr)
      parent->children.push_back(twin.get());
    twins_.push_back(std::move(twin));
    return *twins_.back();
  }

  void make_child(Twin& twin, const RegionOptions& options,
                  std::shared_ptr<Ticket> ticket) {
    begin(twin);
    Region* const region = twin.region->make_child(options);
    if (region == nullptr) {
      settle_failure(twin, true);
      return;
    }
    enter_record(twin, {sizeof(Region), alignof(Region)}, region);
    Twin& child = enter_twin(region, options, twin.upstream, &twin);
    child.is_made = true;
    if (ticket == nullptr)
      return;
    // Made inside a cleanup: ended after the ones that are already due there.
    child.is_ending = true;
    ticket->twin = &child;
    const auto behind =
        std::find_if(due_.begin(), due_.end(),
                     [&twin](const Ticket* due) { return due->twin != &twin; });
    Ticket* const due = ticket.get();
    if (register_ticket(child, std::move(ticket)))
      due_.insert(behind, due);
  }

  bool register_ticket(Twin& twin, std::shared_ptr<Ticket> ticket) {
    begin(twin);
    if (!twin.region->on_reset(tell, ticket.get())) {
      settle_failure(twin, true);
      return false;
    }
    enter_record(
        twin, {sizeof(detail::CleanupRecord), alignof(detail::CleanupRecord)},
        nullptr);
    enter_ticket(twin, std::move(ticket));
    return true;
  }

  // What ended with a reset or an end of `twin`, or with that of an ancestor.
  void settle_end(Twin& twin) {
    law(twin.cleanups.empty(), "3: every cleanup ran");
    settle_children(twin, 0);
    twin.is_resetting = false;
    twin.marks.clear();
    twin.given_up.clear();
    twin.ran_out = false;
    if (twin.is_ending)
      law(twin.held() == 0, "5: an ended region holds nothing");
    else
      settle_retention(twin);
  }

  void settle_children(Twin& twin, std::uint64_t birth) {
    for (std::size_t i = twin.children.size(); i-- > 0;) {
      Twin* const child = twin.children[i];
      if (child->birth <= birth)
        continue;
      settle_end(*child);
      if (child->is_made)
        forget_twin(*child);
    }
  }

  // One chunk stays in use, and what was kept besides is spare.
  void settle_retention(Twin& twin) {
    law(twin.larges.empty(), "5: no large block is left");
    law(twin.chunks.size() + twin.spares.size() <= 1 ||
            twin.held() <= twin.retain,
        "5: no more is kept than the options say");
    if (twin.chunks.empty())
      return;
    std::byte* const kept = chunk_to_keep(twin).memory;
    make_spares(twin,
                [kept](const Chunk& chunk) { return chunk.memory != kept; });
    law(twin.chunks.size() == 1, "5: one chunk stays in use");
    Chunk& chunk = twin.chunks.front();
    twin.current_memory = chunk.memory;
    empty_chunk(twin, chunk, chunk.begin());
  }

  // The one with the resource; else the largest that the options allow to keep,
  // the oldest of such; else the oldest.
  static const Chunk& chunk_to_keep(const Twin& twin) {
    const Chunk* kept = &twin.chunks.front();
    for (const Chunk& chunk : twin.chunks) {
      if (chunk.memory == twin.resource_memory)
        return chunk;
      const bool is_allowed = chunk.size <= twin.retain;
      if (is_allowed && (kept->size > twin.retain || chunk.size > kept->size))
        kept = &chunk;
    }
    return *kept;
  }

  template <class Which>
  void make_spares(Twin& twin, Which is_spare) {
    for (Chunk& chunk : twin.chunks)
      if (is_spare(chunk)) {
        empty_chunk(twin, chunk, chunk.begin());
        twin.spares.push_back(chunk);
      }
    std::erase_if(twin.chunks, is_spare);
  }

  // The blocks of a chunk from `from` on have ended.
  void empty_chunk(Twin& twin, Chunk& chunk, std::byte* from) {
    if (twin.is_wiping)
      law_is_wiped(from, chunk.touched);
    auto& blocks = ledger_.blocks;
    blocks.erase(blocks.lower_bound(from), blocks.lower_bound(chunk.end()));
    chunk.filled = from;
    chunk.touched = from;
  }

  void forget_twin(Twin& twin) {
    if (twin.parent != nullptr)
      std::erase(twin.parent->children, &twin);
    std::erase_if(twins_, [&twin](const std::unique_ptr<Twin>& one) {
      return one.get() == &twin;
    });
  }

  Ledger ledger_;
  std::vector<std::unique_ptr<Twin>> twins_;
  std::deque<Ticket*> due_;  // the cleanups that must run now, in order
  std::uint64_t clock_ = 0;  // of births
  static inline std::size_t exhaustions_ = 0;

 private:
  std::byte* settle_elsewhere(Twin& twin, const Wish& wish, std::byte* p) {
    if (twin.is_large(wish.size)) {
      law(ledger_.fresh.size() == 1, "6: a large block has its own loan");
      const Loan loan = ledger_.fresh.front();
      law(p >= loan.memory + sizeof(detail::LargeBlock) &&
              p + wish.size <= loan.memory + loan.size,
          "6: a large block lies in its loan");
      twin.larges.push_back({loan, p, ++clock_});
      return p;
    }
    const Chunk chunk = take_new_chunk(twin);
    std::byte* const first = detail::align_up(chunk.begin(), wish.align);
    law(p == nullptr || p == first, "6: the first block of its chunk");
    law(first + wish.size <= chunk.end(), "6: a block lies in its chunk");
    twin.enter_chunk(chunk, first + wish.size);
    return first;
  }

  void look_at_newest_block(const Twin& twin) const {
    const Blocks::value_type* newest = nullptr;
    for (const auto& entry : ledger_.blocks)
      if (entry.second.twin == &twin &&
          (newest == nullptr || entry.second.birth > newest->second.birth))
        newest = &entry;
    if (newest != nullptr)
      Ledger::look_at(newest->first, newest->second);
  }

  // A cleanup may allocate, register another one and make a child. Nothing
  // moves into or out of a region meanwhile.
  void register_more(Twin& twin) {
    begin(twin);
    for (const std::unique_ptr<Twin>& other : twins_)
      if (other->own != nullptr)
        law(!twin.region->merge(*other->region) &&
                !other->region->merge(*twin.region),
            "6: nothing is merged inside a reset");
    constexpr std::size_t size = 200;
    if (void* const p = twin.region->allocate(size)) {
      std::byte* const at =
          settle(twin, {size, max_align}, static_cast<std::byte*>(p));
      enter_block(twin, at, size, max_align, false);
    } else {
      settle_failure(twin, true);
    }
    make_child(twin, {}, std::make_shared<Ticket>());
    auto ticket = std::make_shared<Ticket>();
    ticket->twin = &twin;
    Ticket* const due = ticket.get();
    if (register_ticket(twin, std::move(ticket)))
      due_.push_front(due);
  }
};

}  // namespace tarn::test
