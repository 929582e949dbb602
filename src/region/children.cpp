// The tree. Children hang on their parent in the order of their birth; those
// from make_child() live in the parent's memory and end with it, those from
// child_of() are somebody else's objects and are only emptied.
#include "tarn/region.hpp"

#include "region/inside.hpp"
#include "region/records.hpp"

namespace tarn {
inline namespace v1 {
namespace {

// Holds a parent's list of children, where children live on other threads.
// Pairs: release at the end of one holder with acquire in the next.
class ChildrenLock {
 public:
  ChildrenLock(std::atomic_flag& lock, bool is_needed) noexcept
      : lock_(lock), is_needed_(is_needed) {
    // Held for a few stores; a waiter has nothing better to do.
    while (is_needed_ && lock_.test_and_set(std::memory_order_acquire)) {
    }
  }
  ChildrenLock(const ChildrenLock&) = delete;
  ChildrenLock& operator=(const ChildrenLock&) = delete;
  ~ChildrenLock() {
    if (is_needed_)
      lock_.clear(std::memory_order_release);
  }

 private:
  std::atomic_flag& lock_;
  bool is_needed_;
};

}  // namespace

Region* Region::make_child(const RegionOptions& options) noexcept {
  void* const place = allocate(sizeof(Region), alignof(Region));
  if (place == nullptr)
    return nullptr;
  auto* const child = ::new (place) Region{ChildOf{this}, options};
  child->made_ = true;
  return child;
}

void Region::link_child(Region& child) noexcept {
  const ChildrenLock lock{children_lock_, shared_children_};
  child.parent_ = this;
  child.birth_ = mark_serial_;
  child.newer_sibling_ = nullptr;
  child.older_sibling_ = newest_child_;
  if (newest_child_ != nullptr)
    newest_child_->newer_sibling_ = &child;
  newest_child_ = &child;
  // Said at birth where other threads come here.
  if (!shared_children_)
    has_more_to_end();
}

void Region::unlink_child(Region& child) noexcept {
  const ChildrenLock lock{children_lock_, shared_children_};
  Region* const newer = child.newer_sibling_;
  Region* const older = child.older_sibling_;
  if (next_to_end_ == &child)
    next_to_end_ = older;
  if (older != nullptr)
    older->newer_sibling_ = newer;
  (newer != nullptr ? newer->older_sibling_ : newest_child_) = older;
  child.parent_ = nullptr;
  child.older_sibling_ = nullptr;
  child.newer_sibling_ = nullptr;
}

// Newest first: ends the children that were made here, empties the others, down
// to those that are older than the mark `since`. A cleanup on the way may end
// any child, the next one too: unlink_child() then moves the cursor.
void Region::end_children(std::uint64_t since) noexcept {
  for (Region* child = newest_child_;
       child != nullptr && child->birth_ >= since; child = next_to_end_) {
    next_to_end_ = child->older_sibling_;
    if (child->made_)
      child->~Region();
    else
      child->reset();
  }
  next_to_end_ = nullptr;
}

// Children that are born meanwhile, on other threads too, note the serial.
std::uint64_t Region::next_mark_serial() noexcept {
  const ChildrenLock lock{children_lock_, shared_children_};
  return ++mark_serial_;
}

bool Region::has_child(std::uint64_t since) noexcept {
  const ChildrenLock lock{children_lock_, shared_children_};
  return newest_child_ != nullptr && newest_child_->birth_ >= since;
}

bool Region::has_made_child(std::uint64_t since) const noexcept {
  const Region* child = newest_child_;
  while (child != nullptr && child->birth_ >= since && !child->made_)
    child = child->older_sibling_;
  return child != nullptr && child->birth_ >= since;
}

bool Region::is_ancestor_of(const Region& other) const noexcept {
  const Region* ancestor = other.parent_;
  while (ancestor != nullptr && ancestor != this)
    ancestor = ancestor->parent_;
  return ancestor != nullptr;
}

}  // namespace v1
}  // namespace tarn
