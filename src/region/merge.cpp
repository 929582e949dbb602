// Moving what one region holds into another. Chunks, records and blocks stay
// where they are; only what points to their region is written anew.
#include "tarn/region.hpp"

#include "port/assert.hpp"
#include "port/region_hooks.hpp"
#include "region/inside.hpp"
#include "region/records.hpp"

namespace tarn {
inline namespace v1 {

using detail::LargeBlock;
using detail::RegionChunk;

bool Region::merge(Region& other) noexcept {
  if (&other == this || upstream_ != other.upstream_ || resetting_ ||
      is_sealed_ || other.resetting_ || other.is_ancestor_of(*this) ||
      has_ended() || other.has_ended())
    return false;
  if (other.held_ != 0)
    begin_if_empty();
  const Inside inside{*this};
  const Inside inside_other{other};
  if (other.is_watched())
    other.watch_->hooks->merge(is_watched() ? watch_ : nullptr, *other.watch_);
  splice_chunks(other);
  splice_records(other);
  held_ += other.held_;
  if (!other.is_plain_)
    has_more_to_end();
  is_single_ = false;
  wipe_ = wipe_ || other.wipe_;  // a key stays a key
  ran_out_ = ran_out_ || other.ran_out_;
  other.has_given_away_ = other.has_given_away_ || other.held_ != 0;
  other.forget_contents();
  if constexpr (base::is_dev)
    port::ensure(check() && other.check(), "two regions after a merge");
  return true;
}

// The other's chunks become the newest ones here, so that a rewind to a mark of
// this region ends them.
void Region::splice_chunks(Region& other) noexcept {
  other.give_back_all(other.spares_);
  other.spares_ = nullptr;
  if (other.chunks_ == nullptr)
    return;
  other.current_->filled_until = other.next_;
  RegionChunk* oldest = nullptr;
  for (RegionChunk* chunk = other.chunks_; chunk != nullptr;
       chunk = chunk->older) {
    if (chunk->resource.region != nullptr)
      chunk->resource.region = this;
    if (upstream_ == nullptr && id_ != other.id_)
      port::system_retag({chunk->memory(), chunk->size}, id_);
    oldest = chunk;
  }
  oldest->older = chunks_;
  chunks_ = other.chunks_;
  const std::size_t left =
      current_ == nullptr ? 0 : detail::bytes_between(next_, current_->end());
  RegionChunk* const theirs = other.current_;
  if (detail::bytes_between(other.next_, theirs->end()) < left)
    return;
  if (current_ != nullptr)
    current_->filled_until = next_;
  fill(theirs, theirs->filled_until);
}

void Region::splice_records(Region& other) noexcept {
  if (other.cleanups_ != nullptr) {
    if (cleanups_ == nullptr)
      oldest_cleanup_ = other.oldest_cleanup_;
    other.oldest_cleanup_->older = cleanups_;
    cleanups_ = other.cleanups_;
  }
  LargeBlock* oldest = nullptr;
  for (LargeBlock* large = other.large_; large != nullptr;
       large = large->older) {
    large->belong_to(*this);
    large->serial = mark_serial_;
    if (upstream_ == nullptr && id_ != other.id_)
      port::system_retag(large->loan, id_);
    oldest = large;
  }
  if (oldest != nullptr) {
    oldest->older = large_;
    if (large_ != nullptr)
      large_->newer = oldest;
    large_ = other.large_;
  }
  // Oldest first, so that their order stays.
  Region* child = other.newest_child_;
  while (child != nullptr && child->older_sibling_ != nullptr)
    child = child->older_sibling_;
  while (child != nullptr) {
    Region* const newer = child->newer_sibling_;
    other.unlink_child(*child);
    link_child(*child);
    child = newer;
  }
}

// Leaves a region as one that was just constructed, with its options.
void Region::forget_contents() noexcept {
  next_ = detail::nowhere();
  end_ = nullptr;
  current_ = nullptr;
  chunks_ = nullptr;
  cleanups_ = nullptr;
  large_ = nullptr;
  newest_mark_ = nullptr;
  recycled_ = nullptr;
  resource_chunk_ = nullptr;
  held_ = 0;
  is_single_ = false;
  next_chunk_ = detail::grown_chunk(first_chunk_, max_chunk_);
  ran_out_ = false;
  is_sealed_ = false;
  held_back_ = is_watched() || checks_ != CheckMode::of_process;
}

DetachedRegion Region::detach() noexcept {
  return DetachedRegion{*this};
}

bool Region::attach(DetachedRegion&& detached) noexcept {
  return merge(detached.region_);
}

Region::Region(DetachedRegion&& detached) noexcept
    : Region(detached.region_.upstream_, nullptr, detached.region_.options()) {
  (void)merge(detached.region_);
}

// What the region was made with, for one that is to be like it.
RegionOptions Region::options() const noexcept {
  return {.name = id_ != 0 ? name() : nullptr,
          .first_chunk = first_chunk_,
          .max_chunk = max_chunk_,
          .retain = Retain{retain_},
          .on_exhausted = on_exhausted_,
          .wipe = wipe_,
          .shared_children = shared_children_,
          .checks = checks_};
}

DetachedRegion::DetachedRegion(Region& source) noexcept
    : region_(source.upstream_, nullptr, source.options()) {
  (void)region_.merge(source);
}

DetachedRegion::DetachedRegion(DetachedRegion&& other) noexcept
    : DetachedRegion(other.region_) {}

DetachedRegion& DetachedRegion::operator=(DetachedRegion&& other) noexcept {
  if (this != &other) {
    this->~DetachedRegion();
    ::new (this) DetachedRegion(std::move(other));
  }
  return *this;
}

}  // namespace v1
}  // namespace tarn
