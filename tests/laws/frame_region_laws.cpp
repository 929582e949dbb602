// Any program of blocks, marks and flips keeps the laws of a FrameRegion.
//
//   law 1  a block is aligned, inside, and apart from all that are valid
//   law 2  a block keeps its bytes for K - 1 flips
//   law 3  largest_free() is granted, one byte more is not
//   law 4  a rewind ends what was made since the mark, and no more
//   law 5  used, peak and refusals are those of the model
//   law 6  check() holds after every step
// BOARD
#include "tarn/frame_region.hpp"

#include "laws/law.hpp"

#include <algorithm>
#include <cstring>
#include <memory>

namespace tarn::test {

const ProgramShape shape{.programs = 60, .steps = 3000};

namespace {

template <std::size_t K>
class Program {
 public:
  Program() : memory_(8 * KiB + 32) { begin_anew({0, 3, 20000}); }

  void perform(Step step) {
    const unsigned choice = step.kind % 64;
    if (choice == 0 && step.which % 8 == 0)
      begin_anew(step);
    else if (choice == 1)
      reset();
    else if (choice < 6)
      flip();
    else if (choice < 14)
      mark();
    else if (choice < 20 && !marks_.empty())
      rewind(step.which % marks_.size());
    else
      allocate(spread(step.amount, 9), align_of(step));
    look(step);
  }

 private:
  using Frames = FrameRegion<K>;
  struct Block {
    std::byte* place;
    std::size_t size;
    unsigned char mark;
  };
  struct Marked {
    typename Frames::Mark mark;
    std::size_t blocks;
    std::size_t used;
  };

  static std::size_t align_of(Step step) {
    return step.which % 4 == 0 ? std::size_t{1} << step.which / 4 % 9 : 16;
  }

  void begin_anew(Step step) {
    bytes_ = std::span{memory_}.subspan(step.which % 32, step.amount % 8192);
    frames_ = std::make_unique<Frames>(bytes_);
    peak_ = 0;
    refusals_ = 0;
    reset();
  }

  // The newest frame is the last.
  void reset() {
    keep_peak();
    frames_->reset();
    blocks_.clear();
    blocks_.emplace_back();
    marks_.clear();
  }

  void flip() {
    keep_peak();
    frames_->flip();
    blocks_.emplace_back();
    if (blocks_.size() > K)
      blocks_.erase(blocks_.begin());
    marks_.clear();
    law(frames_->stats().used == 0, "5: a new frame is empty");
  }

  void mark() {
    const auto mark = frames_->mark();
    law(static_cast<bool>(mark) || frames_->stats().refusals == refusals_ + 1,
        "5: a mark that ran out is counted");
    refusals_ = frames_->stats().refusals;
    if (mark)
      marks_.push_back({mark, blocks_.back().size(), frames_->stats().used});
  }

  void rewind(std::size_t index) {
    keep_peak();
    frames_->rewind(marks_[index].mark);
    blocks_.back().resize(marks_[index].blocks);
    law(frames_->stats().used == marks_[index].used, "4: as at the mark");
    marks_.resize(index + 1);
  }

  void allocate(std::size_t size, std::size_t align) {
    const std::size_t largest = frames_->largest_free();
    const std::size_t used = frames_->stats().used;
    void* const p = frames_->allocate(size, align);
    if (p == nullptr) {
      ++refusals_;
      law(size > largest || align > 16, "3: it would be granted");
      law(frames_->stats().used == used, "5: a refusal changes nothing");
      return;
    }
    law(size <= largest || align < 16, "3: not more than the largest");
    auto* const place = static_cast<std::byte*>(p);
    law(detail::address_of(p) % align == 0, "1: aligned");
    law(size == 0 || (place >= bytes_.data() &&
                      place + size <= bytes_.data() + bytes_.size() &&
                      frames_->owns(place + size - 1)),
        "1: inside");
    for (const auto& frame : blocks_)
      for (const Block& other : frame)
        law(place + size <= other.place || other.place + other.size <= place,
            "1: apart");
    const auto mark = static_cast<unsigned char>(++count_);
    std::memset(place, mark, size);
    blocks_.back().push_back({place, size, mark});
  }

  void keep_peak() { peak_ = std::max(peak_, frames_->stats().used); }

  void look(Step step) {
    law(frames_->check(), "6: check() holds");
    const FrameRegionStats stats = frames_->stats();
    law(stats.refusals == refusals_, "5: refusals");
    law(stats.peak == std::max(peak_, stats.used), "5: the most that was");
    if (step.which % 8 != 0)
      return;
    for (const auto& frame : blocks_)
      for (const Block& block : frame)
        for (std::size_t i = 0; i < block.size; ++i)
          law(block.place[i] == std::byte{block.mark},
              "2: a block keeps its bytes");
  }

  std::vector<std::byte> memory_;
  std::span<std::byte> bytes_;
  std::unique_ptr<Frames> frames_;
  std::vector<std::vector<Block>> blocks_;  // by frame, the newest last
  std::vector<Marked> marks_;
  std::size_t peak_ = 0;
  std::size_t refusals_ = 0;
  unsigned count_ = 0;
};

}  // namespace

void perform_all(std::span<const Step> steps) {
  Program<1> one;
  perform_each(one, steps);
  Program<2> two;
  perform_each(two, steps);
  Program<5> five;
  perform_each(five, steps);
}

}  // namespace tarn::test
