// Any program of blocks, marks and rewinds at two ends keeps the laws of a
// DoubleEndedStack.
//
//   law 1  a block is aligned, inside, and apart from all others
//   law 2  a block keeps its bytes, whatever the other end does
//   law 3  largest_free() is granted, one byte more is not
//   law 4  a rewind ends what that end made since the mark, and no more
//   law 5  used, peak and refusals are those of the model
//   law 6  check() holds after every step
// BOARD
#include "tarn/double_ended_stack.hpp"

#include "laws/law.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

namespace tarn::test {

const ProgramShape shape{.programs = 60, .steps = 3000};

namespace {

struct Block {
  std::byte* place;
  std::size_t size;
  unsigned char mark;
};

template <class End>
struct Side {
  struct Marked {
    typename End::Mark mark;
    std::size_t blocks;
  };
  std::vector<Block> blocks;
  std::vector<Marked> marks;
};

class Program {
 public:
  Program() : memory_(4 * KiB + 32) { begin_anew({0, 3, 20000}); }

  void perform(Step step) {
    if (step.kind % 64 == 0 && step.which % 8 == 0)
      begin_anew(step);
    else if (step.kind / 64 % 2 == 0)
      perform_at(stack_->low(), low_, step);
    else
      perform_at(stack_->high(), high_, step);
    look(step);
  }

 private:
  static std::size_t align_of(Step step) {
    return step.which % 4 == 0 ? std::size_t{1} << step.which / 4 % 9 : 16;
  }

  void begin_anew(Step step) {
    bytes_ = std::span{memory_}.subspan(step.which % 32, step.amount % 4096);
    stack_ = std::make_unique<DoubleEndedStack>(bytes_);
    low_ = {};
    high_ = {};
    peak_ = 0;
    refusals_ = 0;
  }

  template <class End>
  void perform_at(End& end, Side<End>& side, Step step) {
    const unsigned choice = step.kind % 64;
    if (choice < 2) {
      end.reset();
      side = {};
    } else if (choice < 12) {
      mark(end, side);
    } else if (choice < 24 && !side.marks.empty()) {
      const std::size_t index = step.which % side.marks.size();
      end.rewind(side.marks[index].mark);
      side.blocks.resize(side.marks[index].blocks);
      side.marks.resize(index + 1);
    } else {
      allocate(end, side, spread(step.amount, 9), align_of(step));
    }
    for (const Block& block : side.blocks)
      law(block.size == 0 || end.owns(block.place), "4: it owns what stays");
  }

  template <class End>
  void mark(End& end, Side<End>& side) {
    const std::size_t used = stack_->stats().used;
    const auto mark = end.mark();
    if (mark) {
      side.marks.push_back({mark, side.blocks.size()});
    } else {
      ++refusals_;
      law(stack_->stats().used == used, "5: a refusal changes nothing");
    }
  }

  template <class End>
  void allocate(End& end, Side<End>& side, std::size_t size,
                std::size_t align) {
    const std::size_t largest = end.largest_free();
    const std::size_t used = stack_->stats().used;
    void* const p = end.allocate(size, align);
    if (p == nullptr) {
      ++refusals_;
      law(size > largest || largest == 0 || align > 16,
          "3: it would be granted");
      law(stack_->stats().used == used, "5: a refusal changes nothing");
      return;
    }
    law(size <= largest || align < 16, "3: not more than the largest");
    add(side.blocks, {static_cast<std::byte*>(p), size, 0}, align);
  }

  void add(std::vector<Block>& blocks, Block block, std::size_t align) {
    law(detail::address_of(block.place) % align == 0, "1: aligned");
    law(block.size == 0 ||
            (block.place >= bytes_.data() &&
             block.place + block.size <= bytes_.data() + bytes_.size()),
        "1: inside");
    for (const auto* const others : {&low_.blocks, &high_.blocks})
      for (const Block& other : *others)
        law(block.place + block.size <= other.place ||
                other.place + other.size <= block.place,
            "1: apart");
    block.mark = static_cast<unsigned char>(++count_);
    std::memset(block.place, block.mark, block.size);
    blocks.push_back(block);
  }

  void look(Step step) {
    law(stack_->check(), "6: check() holds");
    const DoubleEndedStackStats stats = stack_->stats();
    peak_ = std::max(peak_, stats.used);
    law(stats.refusals == refusals_, "5: refusals");
    law(stats.peak == peak_, "5: the most that was");
    law(stats.used == stats.low + stats.high, "5: used");
    if (step.which % 8 != 0)
      return;
    for (const auto* const blocks : {&low_.blocks, &high_.blocks})
      for (const Block& block : *blocks)
        for (std::size_t i = 0; i < block.size; ++i)
          law(block.place[i] == std::byte{block.mark},
              "2: a block keeps its bytes");
  }

  std::vector<std::byte> memory_;
  std::span<std::byte> bytes_;
  std::unique_ptr<DoubleEndedStack> stack_;
  Side<DoubleEndedStack::Low> low_;
  Side<DoubleEndedStack::High> high_;
  std::size_t peak_ = 0;
  std::size_t refusals_ = 0;
  unsigned count_ = 0;
};

}  // namespace

void perform_all(std::span<const Step> steps) {
  Program program;
  perform_each(program, steps);
}

}  // namespace tarn::test
