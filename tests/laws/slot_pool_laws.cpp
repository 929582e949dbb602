// Any program of taking and giving back keeps the laws of a SlotPool.
//
//   law 1  a slot is aligned, inside, and apart from all others in use
//   law 2  a slot in use keeps its bytes
//   law 3  there is a slot exactly when fewer than all are in use
//   law 4  the slot that was freed last comes first
//   law 5  in_use, peak and size_of are those of the model
//   law 6  check() and check_step() hold after every step
// BOARD
#include "tarn/slot_pool.hpp"

#include "laws/law.hpp"

#include <algorithm>
#include <cstring>
#include <optional>

namespace tarn::test {

const ProgramShape shape{.programs = 60, .steps = 3000};

namespace {

class Program {
 public:
  Program() : memory_(16 * KiB + 64) { begin_anew({0, 3, 20000}); }

  void perform(Step step) {
    const unsigned choice = step.kind % 64;
    if (choice == 0)
      begin_anew(step);
    else if (choice == 1)
      while (!taken_.empty())
        give_back(taken_.size() - 1);
    else if (choice < (rises_ ? 40u : 24u))
      take();
    else if (!taken_.empty())
      give_back(step.amount % taken_.size());
    if (choice == 2)
      rises_ = !rises_;
    look(step);
  }

 private:
  struct Taken {
    std::byte* slot;
    unsigned char mark;
  };

  void begin_anew(Step step) {
    taken_.clear();
    freed_.clear();
    peak_ = 0;
    size_ = step.which % 61;
    align_ = std::size_t{4} << step.kind / 64;
    const std::size_t bytes = spread(step.amount, 14);
    pool_.emplace(std::span{memory_}.subspan(step.which % 16, bytes), size_,
                  align_);
    slots_ = pool_->stats().slots;
  }

  void take() {
    void* const p = pool_->allocate();
    law((p != nullptr) == (taken_.size() < slots_),
        "3: a slot while one is free");
    if (p == nullptr)
      return;
    std::byte* const slot = static_cast<std::byte*>(p);
    law(detail::address_of(p) % align_ == 0, "1: aligned");
    law(slot >= memory_.data() && pool_->owns(slot + (size_ ? size_ - 1 : 0)),
        "1: inside");
    for (const Taken& other : taken_)
      law(slot + size_ <= other.slot || other.slot + size_ <= slot,
          "1: apart from the others");
    if (!freed_.empty()) {
      law(slot == freed_.back(), "4: the slot freed last");
      freed_.pop_back();
    }
    const auto mark = static_cast<unsigned char>(++marks_);
    std::memset(p, mark, size_);
    taken_.push_back({slot, mark});
    peak_ = std::max(peak_, taken_.size());
  }

  void give_back(std::size_t index) {
    const Taken taken = taken_[index];
    for (std::size_t i = 0; i < size_; ++i)
      law(taken.slot[i] == std::byte{taken.mark}, "2: a slot keeps its bytes");
    pool_->deallocate(taken.slot);
    freed_.push_back(taken.slot);
    taken_[index] = taken_.back();
    taken_.pop_back();
  }

  void look(Step step) {
    const SlotPoolStats stats = pool_->stats();
    law(stats.in_use == taken_.size(), "5: slots in use");
    law(stats.peak == peak_, "5: the most that were");
    if (!taken_.empty()) {
      std::byte* const slot = taken_[step.which % taken_.size()].slot;
      law(pool_->size_of(slot) == stats.slot, "5: a slot's size");
      law(pool_->size_of(slot + 1) == 0, "5: inside is no slot");
    }
    law(pool_->check_step(step.which % 8), "6: check_step() holds");
    if (step.which % 16 == 0)
      law(pool_->check(), "6: check() holds");
  }

  std::vector<std::byte> memory_;
  std::optional<SlotPool<>> pool_;
  std::size_t size_ = 0;
  std::size_t align_ = 4;
  std::size_t slots_ = 0;
  std::vector<Taken> taken_;
  std::vector<std::byte*> freed_;  // the newest last
  std::size_t peak_ = 0;
  unsigned marks_ = 0;
  bool rises_ = true;
};

}  // namespace

void perform_all(std::span<const Step> steps) {
  Program program;
  perform_each(program, steps);
}

}  // namespace tarn::test
