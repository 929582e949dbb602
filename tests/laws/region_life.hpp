// region_life.hpp - the steps of life: cleanups and things, children, marks,
// resets, and contents that move from one region to another.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "laws/region_steps.hpp"

namespace tarn::test {

class LifeSteps : public BlockSteps {
 protected:
  ~LifeSteps() = default;

  static constexpr std::size_t most_twins = 10;

  // A null upstream stands for the system.
  void begin_region(const RegionOptions& options, Upstream* upstream) {
    auto own = upstream == nullptr
                   ? std::make_unique<Region>(options)
                   : std::make_unique<Region>(*upstream, options);
    Twin& twin = enter_twin(own.get(), options, upstream, nullptr);
    twin.own = std::move(own);
  }

  void begin_child(const RegionOptions& options, Twin& parent) {
    auto own = std::make_unique<Region>(child_of(*parent.region), options);
    Twin& twin = enter_twin(own.get(), options, parent.upstream, &parent);
    twin.own = std::move(own);
  }

  void begin_cleanup(Twin& twin, bool registers_more) {
    register_ticket(twin,
                    std::make_shared<Ticket>(Ticket{&twin, registers_more}));
  }

  void make_thing(Twin& twin) {
    auto ticket = std::make_shared<Ticket>(Ticket{&twin, false});
    begin(twin);
    auto* const thing = twin.region->make<Counted>(*ticket);
    if (thing == nullptr)
      settle_failure(twin, true);
    else
      enter_thing(twin, std::move(ticket), thing);
  }

  void make_array(Twin& twin, std::size_t count) {
    using Array = detail::ArrayOf<Element>;
    if (count == 0)
      return;
    auto ticket = std::make_shared<Ticket>(Ticket{&twin, false});
    Element::at_work = ticket.get();
    begin(twin);
    auto* const first = twin.region->make_array<Element>(count);
    if (first == nullptr) {
      settle_failure(twin, true);
      return;
    }
    const Wish wish =
        thing_wish<Array>(sizeof(Array) + count * sizeof(Element));
    enter_record(twin, wish,
                 reinterpret_cast<std::byte*>(first + count) - wish.size);
    enter_ticket(twin, std::move(ticket));
  }

  void adopt(Twin& twin) {
    auto ticket = std::make_shared<Ticket>(Ticket{&twin, false});
    Owner owner{ticket.get()};
    begin(twin);
    if (!twin.region->adopt(std::move(owner))) {
      law(owner.get() == ticket.get(), "4: what fails stays the caller's");
      (void)owner.release();
      settle_failure(twin, true);
      return;
    }
    law(owner == nullptr, "6: adopted is owned");
    enter_record(twin, thing_wish<Owner>(sizeof(Owner)), nullptr);
    enter_ticket(twin, std::move(ticket));
  }

  void make_container(Twin& twin) {
    auto ticket = std::make_shared<Ticket>(Ticket{&twin, false});
    begin(twin);
    auto* const container = twin.region->make<Container>(*ticket);
    if (!twin.chunks.empty() || !ledger_.fresh.empty())
      settle_resource(twin);
    if (container == nullptr) {
      settle_failure(twin, true);
      return;
    }
    ticket->container = container;
    enter_thing(twin, std::move(ticket), container);
  }

  // One that is older than the newest mark must not grow: its bytes would end
  // at a rewind, and it would not.
  void grow_container(Twin& twin, std::size_t size) {
    for (const std::shared_ptr<Ticket>& ticket : twin.cleanups)
      if (ticket->container != nullptr && twin.is_since_mark(ticket->birth)) {
        fill_container(twin, *ticket->container, size);
        return;
      }
  }

  void reset(Twin& twin) {
    look_at_blocks(twin, 0);
    begin(twin);
    expect(twin, 0);
    twin.region->reset();
    law(due_.empty(), "3: every cleanup ran");
    settle_end(twin);
  }

  void end_region(Twin& twin) {
    if (twin.is_made || twin.has_slot_child())
      return;
    look_at_blocks(twin, 0);
    begin(twin);
    twin.is_ending = true;
    expect(twin, 0);
    twin.own.reset();
    twin.handle.reset();
    law(due_.empty(), "3: every cleanup ran");
    settle_end(twin);
    forget_twin(twin);
  }

  void mark(Twin& twin) {
    begin(twin);
    const bool is_again = is_at_mark(twin);
    const Mark mark = twin.region->mark();
    if (is_again) {
      law(static_cast<bool>(mark) && ledger_.asks == 0,
          "6: a mark where nothing was made is the last one");
      twin.marks.back().mark = mark;
      return;
    }
    if (!mark) {
      settle_failure(twin, true);
      twin.region->rewind(mark);
      return;
    }
    enter_record(twin,
                 {sizeof(detail::MarkRecord), alignof(detail::MarkRecord)},
                 nullptr);
    twin.marks.push_back({mark, ++clock_, twin.chunks.size(),
                          twin.cleanups.size(), twin.current_memory,
                          twin.current()->filled});
    twin.given_up.clear();
  }

  void rewind(Twin& twin, std::size_t amount) {
    if (twin.marks.empty())
      return;
    const std::size_t index = amount % twin.marks.size();
    const MarkTwin mark = twin.marks[index];
    look_at_blocks(twin, mark.birth);
    begin(twin);
    expect(twin, mark.birth);
    twin.region->rewind(mark.mark);
    law(due_.empty(), "3: every cleanup since the mark ran");
    settle_children(twin, mark.birth);
    law(twin.cleanups.size() == mark.cleanups, "3: no older cleanup ran");
    for (const Large& large : twin.larges)
      law(large.birth < mark.birth, "5: large blocks since the mark are gone");
    twin.is_resetting = false;
    std::vector<Chunk> since(
        twin.chunks.begin() + static_cast<long>(mark.chunks),
        twin.chunks.end());
    twin.chunks.resize(mark.chunks);
    for (Chunk& chunk : since) {
      empty_chunk(twin, chunk, chunk.begin());
      twin.spares.push_back(chunk);
    }
    twin.current_memory = mark.current;
    empty_chunk(twin, *twin.current(), mark.next);
    twin.given_up.clear();
    twin.marks.resize(index + 1);
  }

  void merge(Twin& twin, Twin& other) {
    if (other.region == nullptr)
      return;
    const bool is_due =
        twin.upstream == other.upstream && !twin.is_under(&other);
    if (is_due && other.has_slot_child() && twin.ends_with_another())
      return;
    begin(twin);
    law(twin.region->merge(*other.region) == is_due,
        "6: merges but with itself, an ancestor or another upstream's");
    if (is_due)
      move_contents(other, twin);
  }

  void detach(Twin& twin) {
    if (twin.has_slot_child() || twins_.size() >= most_twins)
      return;
    begin(twin);
    Twin& detached = enter_twin(nullptr, {}, twin.upstream, nullptr);
    detached.name = twin.name;
    detached.is_wiping = twin.is_wiping;
    detached.retain = twin.retain;
    detached.large_size = twin.large_size;
    detached.first_chunk = twin.first_chunk;
    detached.tells_exhaustion = twin.tells_exhaustion;
    detached.handle.emplace(twin.region->detach());
    move_contents(twin, detached);
  }

  void perform_detached(Twin& twin, Twin& other, Step step) {
    if (step.kind % 4 == 0) {
      end_region(twin);
    } else if (step.kind % 4 == 1) {
      // It becomes a region of its own, with the options it had.
      begin(twin);
      twin.own = std::make_unique<Region>(std::move(*twin.handle));
      twin.handle.reset();
      twin.region = twin.own.get();
    } else if (other.region != nullptr) {
      begin(twin);
      const bool is_due =
          twin.upstream == other.upstream && !other.is_under(&twin);
      law(other.region->attach(std::move(*twin.handle)) == is_due,
          "6: attaches but to what is below it or another upstream's");
      if (is_due)
        move_contents(twin, other);
    }
  }

 private:
  // A record and what it destroys are one block.
  template <class T>
  static Wish thing_wish(std::size_t size) {
    const std::size_t align =
        std::max(alignof(T), alignof(detail::CleanupRecord));
    return {detail::round_up(sizeof(detail::CleanupRecord), align) + size,
            align};
  }

  template <class T>
  void enter_thing(Twin& twin, std::shared_ptr<Ticket> ticket, T* thing) {
    const Wish wish = thing_wish<T>(sizeof(T));
    enter_record(twin, wish,
                 reinterpret_cast<std::byte*>(thing + 1) - wish.size);
    enter_ticket(twin, std::move(ticket));
  }

  void fill_container(Twin& twin, Container& container, std::size_t size) {
    std::byte* const before = container.storage();
    Block old{};
    if (before != nullptr)
      old = ledger_.blocks.at(before);
    begin(twin);
    try {
      container.bytes.resize(size);
    } catch (const std::bad_alloc&) {
      settle_failure(twin, true);
      return;
    }
    std::byte* const now = container.storage();
    if (now == before)
      return;
    settle(twin, {container.bytes.capacity(), 1}, now);
    if (before != nullptr)
      forget_moved(twin, before, old);
    enter_block(twin, now, container.bytes.capacity(), 1, true);
  }

  static bool is_at_mark(Twin& twin) {
    if (twin.marks.empty())
      return false;
    const MarkTwin& mark = twin.marks.back();
    return mark.current == twin.current_memory &&
           mark.next == twin.current()->filled &&
           mark.chunks == twin.chunks.size() &&
           mark.cleanups == twin.cleanups.size() &&
           std::none_of(twin.larges.begin(), twin.larges.end(),
                        [&mark](const Large& large) {
                          return large.birth > mark.birth;
                        }) &&
           std::none_of(twin.children.begin(), twin.children.end(),
                        [&mark](const Twin* child) {
                          return child->birth > mark.birth;
                        });
  }

  void move_contents(Twin& from, Twin& to) {
    law(ledger_.asks == 0, "6: moving borrows nothing");
    law(from.spares.empty(), "5: what was spare goes back");
    move_chunks(from, to);
    for (Large& large : from.larges) {
      large.birth = ++clock_;
      to.larges.push_back(large);
    }
    for (const std::shared_ptr<Ticket>& ticket : from.cleanups) {
      ticket->twin = &to;
      enter_ticket(to, ticket);
    }
    for (Twin* const child : from.children) {
      child->parent = &to;
      child->birth = ++clock_;
      to.children.push_back(child);
    }
    for (auto& [at, block] : ledger_.blocks)
      if (block.twin == &from) {
        block.twin = &to;
        block.birth = ++clock_;
      }
    ledger_.hand_over(from, to);
    to.ran_out = to.ran_out || from.ran_out;
    forget_contents(from);
  }

  static void move_chunks(Twin& from, Twin& to) {
    // What was given up before one of them began to wipe, it does not wipe.
    if (from.is_wiping != to.is_wiping) {
      std::vector<Chunk>& unwiped = from.is_wiping ? to.chunks : from.chunks;
      for (Chunk& chunk : unwiped)
        chunk.touched = chunk.filled;
      to.is_wiping = true;
    }
    if (from.chunks.empty())
      return;
    const Chunk* const before = to.current();
    const std::size_t left = before == nullptr ? 0 : before->room();
    if (from.current()->room() >= left)
      to.current_memory = from.current_memory;
    to.chunks.insert(to.chunks.end(), from.chunks.begin(), from.chunks.end());
  }

  static void forget_contents(Twin& twin) {
    twin.chunks.clear();
    twin.larges.clear();
    twin.cleanups.clear();
    twin.children.clear();
    twin.marks.clear();
    twin.given_up.clear();
    twin.current_memory = nullptr;
    twin.resource_memory = nullptr;
    twin.ran_out = false;
  }
};

}  // namespace tarn::test
