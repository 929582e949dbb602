// Where a heap asks the check, which may have its blocks: the mode is read here
// and by nobody on a fast path.
#include "heap/checked.hpp"

#include "heap/slow.hpp"
#include "span/space.hpp"

namespace tarn::heap {

bool serve_checked(Domain& domain, const port::BlockAsk& ask,
                   void** block) noexcept {
  const port::HeapHooks* const hooks = port::heap_hooks();
  if (hooks == nullptr)
    return false;
  leave_checked(domain);
  const port::BlockAnswer answer = hooks->allocate(domain, ask);
  *block = answer.block;
  return !answer.is_declined;
}

void leave_checked(const Domain& domain) noexcept {
  if (domain.shared == nullptr)
    leave(own_heaps.at[domain.place]);
}

bool is_told(Domain& domain, const void* p) noexcept {
  const port::HeapHooks* const hooks = port::heap_hooks();
  return hooks != nullptr && is_checked(domain) && hooks->tell_stray(domain, p);
}

bool is_told(const void* p) noexcept {
  return is_told(default_domain, p);
}

void set_family(void* p, port::BlockFamily family) noexcept {
  const port::HeapHooks* const hooks = port::heap_hooks();
  if (p == nullptr || hooks == nullptr)
    return;
  const span::Reservation* const home = span::the_space.find(p);
  if (home != nullptr &&
      home->descriptor(home->index_of(p)).is(span::Use::checked))
    hooks->set_family(p, family);
}

}  // namespace tarn::heap
