// regions.cpp - pools that end as a whole: Region, PerThread and Scratch.
#include "matrix/regions.hpp"

#include "tarn/heap.hpp"
#include "tarn/per_thread.hpp"
#include "tarn/pmr.hpp"
#include "tarn/region.hpp"

#include <atomic>
#include <memory>
#include <memory_resource>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

namespace tarn::test {
namespace {

constexpr RegionOptions named{.name = "r"};

void touch(void* block, bool is_write) {
  if (is_write)
    write(block, 16, 1);
  else
    static_cast<void>(read(block, 16));
}

// Bytes of the second of three blocks, before the region is reset.
void write_at(const Turn& turn, std::ptrdiff_t wrong, std::ptrdiff_t right) {
  Region region{named};
  static_cast<void>(region.allocate(size));
  void* const block = region.allocate(size);
  static_cast<void>(region.allocate(size));
  turn.at_place([&] { write(block, turn.is_clean ? right : wrong, 4); });
  region.reset();
}
void overflow_adjacent(const Turn& turn) {
  write_at(turn, size, size - 4);
}
void overflow_far(const Turn& turn) {
  write_at(turn, size + 300, size - 4);
}
void underflow(const Turn& turn) {
  write_at(turn, -4, 0);
}

void overflow_per_thread(const Turn& turn) {
  PerThread<Region> set;
  void* const block = set->allocate(size);
  static_cast<void>(set->allocate(size));
  turn.at_place([&] { write(block, turn.is_clean ? size - 4 : size, 4); });
  set.reset_all();
}

void overflow_scratch(const Turn& turn) {
  const Scratch work;
  void* const block = work->allocate(size);
  static_cast<void>(work->allocate(size));
  turn.at_place([&] { write(block, turn.is_clean ? size - 4 : size, 4); });
}

// Right behind its end, which no write shows.
void read_behind(const Turn& turn, void* block) {
  turn.at_place(
      [&] { static_cast<void>(read(block, turn.is_clean ? size - 1 : size)); });
}
void overread(const Turn& turn) {
  Region region{named};
  void* const block = region.allocate(size);
  static_cast<void>(region.allocate(size));
  write(block, 0, size);
  read_behind(turn, block);
}
void overread_per_thread(const Turn& turn) {
  PerThread<Region> set;
  void* const block = set->allocate(size);
  static_cast<void>(set->allocate(size));
  write(block, 0, size);
  read_behind(turn, block);
}
void overread_scratch(const Turn& turn) {
  const Scratch work;
  void* const block = work->allocate(size);
  static_cast<void>(work->allocate(size));
  write(block, 0, size);
  read_behind(turn, block);
}

// A block is touched after `end`, or before.
template <class End>
void touch_around(const Turn& turn, void* block, bool is_write,
                  const End& end) {
  write(block, 0, size);
  if (!turn.is_clean)
    end();
  turn.at_place([&] { touch(block, is_write); });
  if (turn.is_clean)
    end();
}

template <bool IsWrite>
void touch_after_reset(const Turn& turn) {
  Region region{named};
  touch_around(turn, region.allocate(size), IsWrite, [&] { region.reset(); });
}

template <bool IsWrite>
void touch_after_rewind(const Turn& turn) {
  Region region{named};
  static_cast<void>(region.allocate(size));
  const Mark mark = region.mark();
  touch_around(turn, region.allocate(size), IsWrite,
               [&] { region.rewind(mark); });
  region.reset();
}

void read_after_giving_up(const Turn& turn) {
  Region region{named};
  void* const block = region.allocate(size);
  static_cast<void>(region.allocate(size));
  touch_around(turn, block, false, [&] { region.deallocate(block, size); });
}

void read_after_end(const Turn& turn) {
  std::optional<Region> region{std::in_place, named};
  touch_around(turn, region->allocate(size), false, [&] { region.reset(); });
}

void read_after_detach(const Turn& turn) {
  Region region{named};
  touch_around(turn, region.allocate(size), false,
               [&] { const DetachedRegion ended = region.detach(); });
}

void read_after_reset_per_thread(const Turn& turn) {
  PerThread<Region> set;
  touch_around(turn, set->allocate(size), false, [&] { set.reset_all(); });
}

void read_after_scope(const Turn& turn) {
  auto work = std::make_unique<Scratch>();
  touch_around(turn, (*work)->allocate(size), false, [&] { work.reset(); });
}

void stale_mark(const Turn& turn) {
  turn.at_place([&] {
    Region region{named};
    const Mark older = region.mark();
    static_cast<void>(region.allocate(size));
    const Mark younger = region.mark();
    if (!turn.is_clean)
      region.rewind(older);
    region.rewind(younger);
    region.rewind(older);
  });
}

// Two threads at once, or one after the other. The region's first call is its
// owner's alone: nobody looks before it.
void use_with(const Turn& turn, Region& mine, PerThread<Region>* set) {
  constexpr int rounds = 1000;
  static_cast<void>(mine.allocate(size));
  std::atomic<int> users{0};
  const auto use = [&](Region& region) {
    // The other one comes, too, unless it waits for this one's end.
    for (++users; !turn.is_clean && users < 2;) {
    }
    for (int round = 0; round < rounds * rounds; ++round) {
      if (region.allocate(size) == nullptr || round % rounds == 0)
        region.reset();
      if (turn.is_clean && round == rounds)
        break;
    }
  };
  std::thread other{[&] {
    turn.at_place(
        [&] { use(turn.is_clean && set != nullptr ? *set->local() : mine); });
  }};
  if (turn.is_clean)
    other.join();
  use(mine);
  if (!turn.is_clean)
    other.join();
}

void confinement(const Turn& turn) {
  Region region{named};
  use_with(turn, region, nullptr);
}

void confinement_per_thread(const Turn& turn) {
  PerThread<Region> set;
  use_with(turn, *set.local(), &set);
}

// It grows in what was its memory.
void outliving_container(const Turn& turn) {
  turn.at_place([&] {
    Region region{named};
    std::optional<std::pmr::vector<int>> numbers{std::in_place,
                                                 region.resource()};
    numbers->assign(size, 1);
    if (turn.is_clean)
      numbers.reset();
    region.reset();
    if (!turn.is_clean)
      numbers->push_back(2);
  });
}

void uninitialised_read(const Turn& turn) {
  Region region{named};
  void* const block = region.allocate(size);
  turn.at_place([&] {
    if (turn.is_clean)
      write(block, 0, size);
    if (read(block, 16) == 0x7f)
      write(block, 16, 1);
  });
}

[[gnu::noinline]] void make_and_drop(bool is_clean) {
  auto* const region = hide(new Region{named});
  static_cast<void>(region->allocate(size));
  if (is_clean)
    delete region;
}
void leak_pool(const Turn& turn) {
  turn.at_place([&] { make_and_drop(turn.is_clean); });
  forget_stack();
}

// As far as regions of this library can be sealed.
template <class Pool>
void ask_sealed(Pool& region, bool is_clean) {
  if constexpr (requires { region.seal(); }) {
    if (!is_clean)
      region.seal();
  }
  static_cast<void>(region.allocate(size));
}
void sealed(const Turn& turn) {
  turn.at_place([&] {
    Region region{named};
    static_cast<void>(region.allocate(size));
    ask_sealed(region, turn.is_clean);
  });
}

void nested_reset(const Turn& turn) {
  turn.at_place([&] {
    Region region{named};
    const Region::Cleanup resets = [](void* context) noexcept {
      static_cast<Region*>(context)->reset();
    };
    const Region::Cleanup asks = [](void* context) noexcept {
      static_cast<void>(static_cast<Region*>(context)->allocate(size));
    };
    static_cast<void>(region.on_reset(turn.is_clean ? asks : resets, &region));
    region.reset();
  });
}

void ended_before_child(const Turn& turn) {
  turn.at_place([&] {
    std::optional<Region> parent{std::in_place, named};
    std::optional<Region> child{std::in_place, child_of(*parent)};
    static_cast<void>(child->allocate(size));
    if (turn.is_clean)
      child.reset();
    parent.reset();
  });
}

void bad_alignment(const Turn& turn) {
  turn.at_place([&] {
    Region region{named};
    static_cast<void>(region.allocate(size, turn.is_clean ? 16 : 3));
  });
}

void after_end(const Turn& turn) {
  using Set = PerThread<Region>;
  alignas(Set) static std::byte place[sizeof(Set)];
  Set* const set = ::new (place) Set;
  static_cast<void>(set->local());
  if (!turn.is_clean)
    set->~Set();
  turn.at_place([&] { static_cast<void>(set->local()); });
  if (turn.is_clean)
    set->~Set();
}

void out_of_order(const Turn& turn) {
  turn.at_place([&] {
    auto outer = std::make_unique<Scratch>();
    auto inner = std::make_unique<Scratch>();
    if (turn.is_clean)
      inner.reset();
    outer.reset();
  });
}

constexpr Case all[] = {
    {"region", "overflow_adjacent", overflow_adjacent},
    {"region", "overflow_far", overflow_far},
    {"region", "underflow", underflow},
    {"region", "overread", overread},
    {"region", "read_after_giving_up", read_after_giving_up},
    {"region", "read_after_reset", touch_after_reset<false>},
    {"region", "write_after_reset", touch_after_reset<true>},
    {"region", "read_after_rewind", touch_after_rewind<false>},
    {"region", "write_after_rewind", touch_after_rewind<true>},
    {"region", "read_after_end", read_after_end},
    {"region", "read_after_detach", read_after_detach},
    {"region", "stale_mark", stale_mark},
    {"region", "confinement", confinement},
    {"region", "outliving_container", outliving_container},
    {"region", "uninitialised_read", uninitialised_read},
    {"region", "leak_pool", leak_pool},
    {"region", "sealed", sealed},
    {"region", "nested_reset", nested_reset},
    {"region", "ended_before_child", ended_before_child},
    {"region", "bad_alignment", bad_alignment},
    {"per_thread", "overflow_adjacent", overflow_per_thread},
    {"per_thread", "overread", overread_per_thread},
    {"per_thread", "read_after_reset", read_after_reset_per_thread},
    {"per_thread", "confinement", confinement_per_thread},
    {"per_thread", "after_end", after_end},
    {"scratch", "overflow_adjacent", overflow_scratch},
    {"scratch", "overread", overread_scratch},
    {"scratch", "read_after_scope", read_after_scope},
    {"scratch", "out_of_order", out_of_order},
    {nullptr, nullptr, nullptr}};

}  // namespace

const Case* region_cases() noexcept {
  return all;
}

}  // namespace tarn::test
