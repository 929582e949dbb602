// What a thread does now and then on its slow path: blocks of others go home,
// and what waits for long goes back.
#include "heap/slow.hpp"
#include "os/process.hpp"
#include "span/maintenance.hpp"
#include "span/space.hpp"

namespace tarn::heap {
namespace {

// A look at the clock every so many milliseconds is a look often enough.
constexpr std::uint32_t look_ms = 2;

// Who looks that soon again, by a clock of ten milliseconds too, did little
// else meanwhile.
constexpr std::uint32_t soon_ms = 10;

void see_whether_steady(ThreadHeap& heap, std::uint32_t elapsed) noexcept {
  if (elapsed > soon_ms)
    heap.soon_looks = 0;
  else if (!is_steady(heap))
    ++heap.soon_looks;
}

}  // namespace

bool run_duties(ThreadHeap& heap) noexcept {
  send_all(heap);
  heap.posts = 0;
  heap.until_duties = blocks_between_duties;
  const std::uint32_t now = span::now_ms();
  const std::uint32_t elapsed = now - heap.last_look;
  if (elapsed < look_ms)
    return false;
  heap.last_look = now;
  see_whether_steady(heap, elapsed);
  if (const std::uint64_t budget = span::request_budget(elapsed); budget != 0)
    trim_own(heap, now, os::exact_now() + budget / 2);
  span::maintain_on_request_path(elapsed);
  return true;
}

}  // namespace tarn::heap
