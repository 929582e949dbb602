// After fork the thread heaps of those who are not here wait for new threads,
// that of the thread which forked stays its own, and one whose lists may not be
// whole is nobody's.
#include "tarn/heap.hpp"

#include "heap/thread_heap.hpp"
#include "os/memory.hpp"

#include <atomic>
#include <cstdio>
#include <set>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

using namespace tarn;

heap::HeapId own_id() {
  default_heap().deallocate(default_heap().allocate(100));
  return heap::own_heaps.at[0]->id;
}

// The ids that so many threads get which live at the same time.
std::set<heap::HeapId> ids_of_threads(unsigned count) {
  std::set<heap::HeapId> ids;
  heap::HeapId id = 0;
  if (count == 0)
    return ids;
  std::thread{[&] {
    id = own_id();
    ids = ids_of_threads(count - 1);
  }}.join();
  ids.insert(id);
  return ids;
}

int look_as_child(heap::HeapId own, heap::HeapId idle, heap::HeapId busy) {
  const heap::HeapId before = heap::heaps();
  if (own_id() != own)
    return 1;
  const std::set<heap::HeapId> ids = ids_of_threads(2);
  if (ids.count(own) != 0)
    return 2;
  if (ids.count(idle) != 1)
    return 3;
  if (ids.count(busy) != 0)
    return 4;
  return ids.size() == 2 && heap::heaps() == before + 1 ? 0 : 5;
}

}  // namespace

int main() {
  // A sanitizer's runtime does not let a child start threads.
  if (os::is_shadowed())
    return 0;
  std::atomic<heap::HeapId> idle{0};
  std::atomic<heap::HeapId> busy{0};
  std::atomic<bool> is_over{false};
  const auto wait = [&] {
    while (!is_over)
      std::this_thread::yield();
  };
  std::thread first{[&] {
    idle = own_id();
    wait();
  }};
  std::thread second{[&] {
    const heap::HeapId id = own_id();
    const heap::Busy marked{*heap::own_heaps.at[0]};
    busy = id;
    wait();
  }};
  while (idle == 0 || busy == 0)
    std::this_thread::yield();
  const heap::HeapId own = own_id();
  const pid_t child = fork();
  if (child == 0)
    _exit(look_as_child(own, idle, busy));
  int status = 0;
  waitpid(child, &status, 0);
  is_over = true;
  first.join();
  second.join();
  if (status != 0)
    std::fprintf(stderr, "the child says %d\n", WEXITSTATUS(status));
  return status != 0;
}
