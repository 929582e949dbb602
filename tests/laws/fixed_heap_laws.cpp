// Any program of calls keeps the laws of a FixedHeap, whatever its fit.
//
//   law 1  a block is aligned, inside, and apart from all others
//   law 2  a block keeps its bytes, also where it grows or moves
//   law 3  largest_free() is granted, one byte more is not
//   law 4  a block that was freed can be had again at its size
//   law 5  a refusal changes nothing; owns and size_of know blocks
//   law 6  check() and check_step() hold after every step
//   law 7  when all are free the heap is as at first
// BOARD
#include "tarn/fixed_heap.hpp"

#include "laws/law.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

namespace tarn::test {

const ProgramShape shape{.programs = 40, .steps = 3000};

namespace {

template <class Heap>
class Program {
 public:
  explicit Program(std::span<std::byte> memory) : memory_(memory) {
    begin_anew({0, 3, 20000});
  }

  void perform(Step step) {
    const unsigned choice = step.kind % 64;
    if (choice == 0 && step.which % 8 == 0)
      begin_anew(step);
    else if (choice == 1)
      free_all();
    else if (choice == 2)
      rises_ = !rises_;
    else if (choice < (rises_ ? 36u : 24u))
      allocate(spread(step.amount, 11), align_of(step));
    else if (choice == 36)
      allocate(no_limit - step.amount, align_of(step));
    else if (!blocks_.empty())
      change(choice, step);
    look(step);
  }

 private:
  struct Block {
    std::byte* place;
    std::size_t size;
    unsigned char mark;
  };

  static std::size_t align_of(Step step) {
    return step.which % 8 == 0 ? std::size_t{1} << step.which / 8 % 11 : 16;
  }

  void begin_anew(Step step) {
    blocks_.clear();
    heap_ = std::make_unique<Heap>(
        memory_.subspan(step.which % 32, spread(step.amount, 14)));
    if (step.kind / 64 % 2 == 1)
      heap_->add_buffer(memory_.last(step.amount % 4096));
    whole_ = heap_->largest_free();
  }

  void fill(Block& block) {
    block.mark = static_cast<unsigned char>(++marks_);
    std::memset(block.place, block.mark, block.size);
  }

  void keeps(const Block& block, std::size_t size) {
    for (std::size_t i = 0; i < size; ++i)
      law(block.place[i] == std::byte{block.mark},
          "2: a block keeps its bytes");
  }

  void allocate(std::size_t size, std::size_t align) {
    const FixedHeapStats before = heap_->stats();
    void* const p = heap_->allocate(size, align);
    if (p == nullptr) {
      const FixedHeapStats after = heap_->stats();
      law(align > 16 || size > before.largest_free || before.largest_free == 0,
          "3: it would be granted");
      law(after.used == before.used &&
              after.largest_free == before.largest_free &&
              after.refusals == before.refusals + 1,
          "5: a refusal changes nothing");
      return;
    }
    law(size <= before.largest_free, "3: not more than the largest");
    add({static_cast<std::byte*>(p), size, 0}, align);
  }

  void add(Block block, std::size_t align) {
    law(detail::address_of(block.place) % std::max<std::size_t>(align, 16) == 0,
        "1: aligned");
    law(heap_->size_of(block.place) >= block.size, "5: at least its size");
    law(block.place >= memory_.data() &&
            block.place + heap_->size_of(block.place) <=
                memory_.data() + memory_.size(),
        "1: inside");
    for (const Block& other : blocks_)
      law(block.place + heap_->size_of(block.place) <= other.place ||
              other.place + heap_->size_of(other.place) <= block.place,
          "1: apart");
    fill(block);
    blocks_.push_back(block);
  }

  void change(unsigned choice, Step step) {
    const std::size_t index = step.amount % blocks_.size();
    Block& block = blocks_[index];
    if (choice < 40) {
      grow(block, spread(step.amount, 11));
    } else if (choice < 44) {
      move(index, spread(step.amount, 11));
    } else {
      keeps(block, block.size);
      heap_->deallocate(block.place);
      const std::size_t size = block.size;
      blocks_[index] = blocks_.back();
      blocks_.pop_back();
      if (step.which % 4 == 0) {
        void* const p = heap_->allocate(size);
        law(p != nullptr, "4: it can be had again");
        add({static_cast<std::byte*>(p), size, 0}, 16);
      }
    }
  }

  void grow(Block& block, std::size_t size) {
    if (!heap_->try_expand(block.place, size))
      return;
    keeps(block, block.size);
    block.size = std::max(block.size, size);
    fill(block);
  }

  void move(std::size_t index, std::size_t size) {
    const Block block = blocks_[index];
    void* const p = heap_->reallocate(block.place, size);
    keeps({p != nullptr ? static_cast<std::byte*>(p) : block.place, 0,
           block.mark},
          p != nullptr ? std::min(size, block.size) : block.size);
    if (p == nullptr)
      return;
    blocks_[index] = blocks_.back();
    blocks_.pop_back();
    add({static_cast<std::byte*>(p), size, 0}, 16);
  }

  void free_all() {
    while (!blocks_.empty()) {
      heap_->deallocate(blocks_.back().place);
      blocks_.pop_back();
    }
    law(heap_->largest_free() == whole_ && heap_->stats().used == 0,
        "7: as at first");
  }

  void look(Step step) {
    law(heap_->check_step(step.which % 4), "6: check_step() holds");
    law(heap_->check(), "6: check() holds");
    if (!blocks_.empty()) {
      const Block& block = blocks_[step.which % blocks_.size()];
      law(heap_->owns(block.place), "5: it owns its block");
      law(heap_->size_of(block.place + 1) == 0, "5: inside is no block");
    }
    if (step.which % 8 != 0)
      return;
    const std::size_t largest = heap_->largest_free();
    law(heap_->allocate(largest + 1) == nullptr, "3: not a byte more");
    void* const p = heap_->allocate(largest);
    // With canaries 0 may be granted, or nothing.
    law(p != nullptr || largest == 0, "3: the largest is granted");
    law(p == nullptr || largest != 0 || Heap::has_canaries,
        "3: no more than the largest");
    heap_->deallocate(p);
  }

  std::span<std::byte> memory_;
  std::unique_ptr<Heap> heap_;
  std::vector<Block> blocks_;
  std::size_t whole_ = 0;
  unsigned marks_ = 0;
  bool rises_ = true;
};

template <class Fit, class Canary = NoCanaries>
void perform_with(std::span<const Step> steps) {
  // The second buffer is the end of it.
  static std::vector<std::byte> memory(24 * KiB);
  Program<FixedHeap<Fit, at_run_time, NoLock, Canary>> program{memory};
  perform_each(program, steps);
}

}  // namespace

void perform_all(std::span<const Step> steps) {
  perform_with<aligned_first_fit>(steps);
  perform_with<buddy>(steps);
  perform_with<half_fit>(steps);
  perform_with<two_level>(steps);
  perform_with<first_fit>(steps);
  perform_with<next_fit>(steps);
  perform_with<best_fit>(steps);
  perform_with<aligned_first_fit, Canaries>(steps);
  perform_with<buddy, Canaries>(steps);
  perform_with<two_level, Canaries>(steps);
}

}  // namespace tarn::test
