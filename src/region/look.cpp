// Looking at a region without changing it.
#include "tarn/region.hpp"

#include "port/world.hpp"
#include "region/records.hpp"

namespace tarn {
inline namespace v1 {

using detail::CleanupRecord;
using detail::LargeBlock;
using detail::MarkRecord;
using detail::RegionChunk;

// Knows where the fast path's fields are: other languages and the doors may
// rely on these places as long as the namespace says v1.
struct detail::RegionLayout {
  static_assert(offsetof(Region, next_) == 0);
  static_assert(offsetof(Region, end_) == sizeof(void*));
};

const char* Region::name() const noexcept {
  return port::pool_name(id_);
}

bool Region::owns(const void* p) const noexcept {
  for (const RegionChunk* chunk = chunks_; chunk != nullptr;
       chunk = chunk->older)
    if (detail::is_between(chunk->begin(), p,
                           chunk == current_ ? next_ : chunk->filled_until))
      return true;
  for (LargeBlock* large = large_; large != nullptr; large = large->older)
    if (detail::is_between(large->block(), p, large->end()))
      return true;
  return false;
}

RegionStats Region::stats() const noexcept {
  RegionStats stats{};
  stats.held = held_;
  for (const RegionChunk* chunk = chunks_; chunk != nullptr;
       chunk = chunk->older, ++stats.chunks)
    stats.used += detail::bytes_between(
        chunk->begin(), chunk == current_ ? next_ : chunk->filled_until);
  for (const RegionChunk* chunk = spares_; chunk != nullptr;
       chunk = chunk->older)
    ++stats.chunks;
  for (LargeBlock* large = large_; large != nullptr;
       large = large->older, ++stats.large_blocks) {
    stats.used += detail::bytes_between(large->block(), large->end());
    stats.large_bytes += large->loan.size;
  }
  for (const CleanupRecord* record = cleanups_; record != nullptr;
       record = record->older)
    ++stats.cleanups;
  for (const Region* child = newest_child_; child != nullptr;
       child = child->older_sibling_)
    ++stats.children;
  return stats;
}

bool Region::check() const noexcept {
  return check_chunks() && check_records() && check_children();
}

bool Region::check_chunks() const noexcept {
  std::size_t sum = 0;
  bool has_current = current_ == nullptr;
  bool has_resource = resource_chunk_ == nullptr;
  for (const RegionChunk* chunk = chunks_; chunk != nullptr;
       chunk = chunk->older) {
    const std::byte* const filled =
        chunk == current_ ? next_ : chunk->filled_until;
    if (filled < chunk->begin() || filled > chunk->end())
      return false;
    has_current = has_current || chunk == current_;
    has_resource = has_resource || chunk == resource_chunk_;
    sum += chunk->size;
  }
  for (const RegionChunk* chunk = spares_; chunk != nullptr;
       chunk = chunk->older)
    sum += chunk->size;
  for (LargeBlock* large = large_; large != nullptr; large = large->older) {
    if (!large->belongs_to(*this) || large->block() > large->end())
      return false;
    if (large->older != nullptr && large->older->newer != large)
      return false;
    sum += large->loan.size;
  }
  const bool is_placed = current_ == nullptr
                             ? chunks_ == nullptr && end_ == nullptr
                             : end_ == (held_back_ ? nullptr : current_->end());
  return has_current && has_resource && is_placed && sum == held_;
}

bool Region::check_records() const noexcept {
  std::uint64_t serial = mark_serial_ + 1;
  for (const MarkRecord* record = newest_mark_; record != nullptr;
       record = record->older) {
    if (record->serial >= serial || !owns(record))
      return false;
    serial = record->serial;
  }
  for (const CleanupRecord* record = cleanups_; record != nullptr;
       record = record->older) {
    if (!owns(record) || record->cleanup == nullptr)
      return false;
    if (record->older == nullptr && record != oldest_cleanup_)
      return false;
  }
  return true;
}

bool Region::check_children() const noexcept {
  const Region* newer = nullptr;
  for (const Region* child = newest_child_; child != nullptr;
       child = child->older_sibling_) {
    if (child->parent_ != this || child->newer_sibling_ != newer)
      return false;
    newer = child;
  }
  return true;
}

}  // namespace v1
}  // namespace tarn
