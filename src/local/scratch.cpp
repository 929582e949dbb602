// The outermost scratch of a region resets it, which is cheaper than a mark and
// a rewind; those inside have marks.
#include "tarn/per_thread.hpp"

#include "port/fault.hpp"

namespace tarn {
inline namespace v1 {
namespace detail {

struct ScratchRegions {
  Region regions[2];
  unsigned depths[2] = {};  // scratches that are alive
  bool are_ending[2] = {};  // one ends just now, and may run destructors
};

}  // namespace detail

namespace {

using detail::PoolSet;
using detail::ScratchRegions;

constexpr std::uint64_t number_of_scratches = 2;

constexpr detail::LocalKind kind_of_scratches = {
    sizeof(ScratchRegions), alignof(ScratchRegions),
    [](void* place, const void*) noexcept { ::new (place) ScratchRegions; },
    [](void* regions) noexcept {
      static_cast<ScratchRegions*>(regions)->~ScratchRegions();
    }};

// No global of tarn has a destructor.
union Scratches {
  constexpr Scratches()
      : set(number_of_scratches, kind_of_scratches,
            {.ended = EndedThread::release}) {}
  ~Scratches() {}

  PoolSet set;
};
constinit Scratches scratches;

[[noreturn]] void report_order(unsigned depth, unsigned now) noexcept {
  base::Line text;
  text << "a Scratch ended out of order (depth " << depth << ", now " << now
       << ")";
  port::report(Fault::out_of_order, text);
}

[[noreturn]] void report_other_thread() noexcept {
  base::Line text;
  text << "a Scratch ended on another thread than it began on";
  port::report(Fault::out_of_order, text);
}

}  // namespace

bool Scratch::prepare() noexcept {
  return scratches.set.local() != nullptr;
}

// A destructor that runs at the end of one region works in the other.
Scratch::Scratch(OtherThan out) noexcept
    : regions_(static_cast<ScratchRegions*>(scratches.set.demand())) {
  Region* const regions = regions_->regions;
  unsigned which = &regions[0] == out.region ? 1 : 0;
  if (regions_->are_ending[which] && &regions[1 - which] != out.region)
      [[unlikely]]
    which = 1 - which;
  region_ = &regions[which];
  depth_ = ++regions_->depths[which];
  if (depth_ != 1)
    before_ = region_->mark();
}

Scratch::~Scratch() {
  if (scratches.set.local() != regions_) [[unlikely]]
    report_other_thread();
  const unsigned which = region_ == regions_->regions ? 0 : 1;
  unsigned& depth = regions_->depths[which];
  if (depth != depth_) [[unlikely]]
    report_order(depth_, depth);
  const bool was_ending = regions_->are_ending[which];
  regions_->are_ending[which] = true;
  if (depth_ == 1)
    region_->reset();
  else
    region_->rewind(before_);
  regions_->are_ending[which] = was_ending;
  --depth;
}

}  // namespace v1
}  // namespace tarn
