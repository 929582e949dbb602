// region_program.hpp - any program of calls keeps the laws of regions: every
// public mutator is a step, on several regions, their children and what was
// detached from them.
//
//   law 1  live blocks never overlap, are aligned, and keep their bytes
//   law 2  stats(), held() and ran_out() are the model's, and what all regions
//          hold is what the upstream has lent
//   law 3  cleanups run once, newest first, after those of the children
//   law 4  a call fails only when the upstream refused it last, or when its
//          size cannot be; it then changes nothing
//   law 5  an end gives back everything, a reset what it does not retain
//   law 6  blocks lie where they are due, and results are as the header says
//   law 7  what a wiping region gave out is zero once it ended
//   law 8  an ask tells who asks, and whether it is urgent
//   law 9  check() holds after every step
//
// A file of laws says which upstreams its regions stand on.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

#include "laws/law.hpp"
#include "laws/region_life.hpp"

namespace tarn::test {

class Program final : public LifeSteps {
 public:
  /// Where most regions take their chunks from; some stand on another
  /// upstream. The system lane must lead into the ledger.
  enum class Lane : std::uint8_t { upstream, system };

  explicit Program(Lane lane)
      : usual_(lane == Lane::system ? nullptr : &door_) {
    begin_region({}, upstream_of({}));
    begin_region({.first_chunk = 1, .max_chunk = 2 * KiB}, upstream_of({}));
  }
  Program(const Program&) = delete;
  Program& operator=(const Program&) = delete;

  ~Program() {
    while (!twins_.empty())
      for (std::size_t i = twins_.size(); i-- > 0;)
        if (i < twins_.size())
          end_region(*twins_[i]);
    law(ledger_.counting.loans_out() == 0, "5: everything came back");
    law(due_.empty(), "3: every cleanup ran");
    at_work = nullptr;
  }

  void perform(Step step) {
    if (twins_.empty())
      begin_region(options_of(step), upstream_of(step));
    Twin& twin = *twins_[step.which % twins_.size()];
    Twin& other = *twins_[step.amount % twins_.size()];
    if (twin.region == nullptr)
      perform_detached(twin, other, step);
    else if (step.kind < 176)
      perform_block(twin, step);
    else
      perform_life(twin, other, step);
    look();
  }

 private:
  static constexpr std::size_t most_blocks = 300;
  static constexpr unsigned size_bits = 17;

  void perform_block(Twin& twin, Step step) {
    const std::size_t size = spread(step.amount, size_bits);
    const std::size_t align = std::size_t{1} << step.amount % 17;
    const std::size_t small = std::size_t{1} << step.amount % 5;
    const unsigned choice = step.kind % 16;
    if (choice < 11 && ledger_.blocks.size() > most_blocks) {
      reset(twin);
      return;
    }
    switch (choice) {
      case 0:
        return allocate(twin, size, small);
      case 1:
        return step.which % 2 == 0
                   ? allocate(twin, size, small)
                   : allocate_by_allocator(twin, size / 24,
                                           step.amount % 16 == 0);
      case 2:
        return allocate(twin, size, align);
      case 3:
        return step.amount % 8 == 0 ? allocate_too_much(twin, step.which, align)
                                    : allocate_zeroed(twin, size, align);
      case 4:
        return allocate_or_recycle(twin, size, small);
      case 5:
        return allocate_by_pmr(twin, size, small);
      case 6:
        return reserve(twin, size);
      case 7:
        return step.amount % 2 == 0 ? copy(twin, size) : concat(twin, size);
      case 8:
      case 9:
        return grow(twin, step.which, size);
      case 10:
        return grow_container(twin, size);
      case 11:
        return resize_in_place(twin, step.which, size);
      case 12:
        return free_large(twin, step.amount);
      default:
        return deallocate(twin, step.amount,
                          choice == 13   ? Way::resource
                          : choice == 14 ? Way::allocator
                                         : Way::region);
    }
  }

  void perform_life(Twin& twin, Twin& other, Step step) {
    switch (step.kind % 20) {
      case 0:
      case 1:
        return begin_cleanup(twin, step.amount % 4 == 0);
      case 2:
      case 3:
        return make_thing(twin);
      case 4:
        return make_array(twin, step.amount % 20);
      case 5:
        return adopt(twin);
      case 6:
        return make_container(twin);
      case 7:
        if (twins_.size() < most_twins)
          make_child(twin, options_of(step), nullptr);
        return;
      case 8:
        return begin_another(twin, step);
      case 9:
        return reset(twin);
      case 10:
      case 11:
      case 12:
        return mark(twin);
      case 13:
      case 14:
        return rewind(twin, step.amount);
      case 15:
        return merge(twin, other);
      case 16:
        return detach(twin);
      case 17:
        return step.amount % 4 == 0 ? end_region(twin) : look_at_all();
      case 18:
        return ledger_.counting.refuse_after(step.amount % 16,
                                             step.which % 16 == 0);
      default:
        return ledger_.counting.refuse_after(CountingUpstream::never);
    }
  }

  void begin_another(Twin& twin, Step step) {
    if (twins_.size() >= most_twins)
      return;
    if (twin.ends_with_another() || step.which % 4 == 0)
      begin_region(options_of(step), upstream_of(step));
    else
      begin_child(options_of(step), twin);
  }

  Upstream* upstream_of(Step step) {
    return step.amount / 256 % 4 == 3 ? &other_door_ : usual_;
  }

  static RegionOptions options_of(Step step) {
    // Chunks are multiples of 256 bytes, so that a retention can be met
    // exactly.
    RegionOptions options;
    const unsigned bits = step.amount;
    options.first_chunk = bits % 2 == 0 ? 16 * KiB : 256;
    options.max_chunk = bits / 2 % 2 == 0 ? 256 * KiB : 8 * KiB;
    options.retain = bits / 4 % 3 == 0   ? retain_decay
                     : bits / 4 % 3 == 1 ? retain_all
                                         : retain_bytes(bits % 128 * 256);
    options.wipe = bits / 16 % 4 == 0;
    options.shared_children = bits / 64 % 2 == 0;
    if (bits / 128 % 2 == 0)
      options.on_exhausted = count_exhaustion;
    constexpr const char* names[] = {nullptr, "one", "two"};
    options.name = names[bits / 1024 % 3];
    return options;
  }

  void look_at_all() const {
    for (const auto& [at, block] : ledger_.blocks)
      Ledger::look_at(at, block);
  }

  void look() const {
    std::size_t held = 0;
    for (const std::unique_ptr<Twin>& twin : twins_) {
      held += twin->held();
      if (twin->region != nullptr)
        look_at_region(*twin);
      else
        law(twin->handle->held() == twin->held(), "2: held when detached");
    }
    law(held == ledger_.counting.bytes_out(), "2: held is what is lent");
    ledger_.look_at_names();
  }

  static void look_at_region(const Twin& twin) {
    const Region& region = *twin.region;
    const RegionStats stats = region.stats();
    law(region.check(), "9: check() holds");
    law(region.held() == twin.held() && stats.held == twin.held(),
        "2: held() is the model's");
    law(stats.used == twin.used(), "2: used is the model's");
    law(stats.chunks == twin.chunks.size() + twin.spares.size(),
        "2: the chunks are the model's");
    std::size_t large_bytes = 0;
    for (const Large& large : twin.larges)
      large_bytes += large.loan.size;
    law(stats.large_blocks == twin.larges.size() &&
            stats.large_bytes == large_bytes,
        "2: the large blocks are the model's");
    law(stats.cleanups == twin.cleanups.size(),
        "2: the cleanups are the model's");
    law(stats.children == twin.children.size(),
        "2: the children are the model's");
    law(region.name() == twin.name, "2: the name is the model's");
    law(region.ran_out() == twin.ran_out, "2: ran_out() is the model's");
  }

  Ledger::Door door_{ledger_};
  Ledger::Door other_door_{ledger_};
  Upstream* usual_;
};

}  // namespace tarn::test
