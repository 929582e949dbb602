// What programs ask malloc about itself. The figures are those of snapshot(),
// under glibc's names for them. Its header is not included: older ones, and
// those of other C libraries, lack parts.
#include "tarn/stats.hpp"

#include "doors/malloc/foreign.hpp"
#include "heap/slow.hpp"

#include <climits>
#include <cstdio>
#include <errno.h>

namespace tarn::malloc_door {
namespace {

// glibc's struct mallinfo2, and with int its struct mallinfo.
template <class Number>
struct Info {
  Number arena;    // bytes of what is cut into blocks
  Number ordblks;  // free blocks
  Number smblks;   // no such thing here, and so on
  Number hblks;    // blocks with granules of their own
  Number hblkhd;   // bytes of them
  Number usmblks;
  Number fsmblks;
  Number uordblks;  // bytes in use, of `arena`
  Number fordblks;  // bytes that are not
  Number keepcost;  // bytes that malloc_trim would give back at least
};

// mallopt's parameters, M_MXFAST and others.
constexpr int first_knob = -8;
constexpr int last_knob = -1;
constexpr int fast_knob = 1;

std::size_t free_blocks(const HeapStats& heap) noexcept {
  std::size_t sum = 0;
  for (const ClassStats& one : heap.of)
    sum += one.in_slabs + one.in_bins + one.parked;
  return sum;
}

Info<std::size_t> look() noexcept {
  const Snapshot now = snapshot();
  Info<std::size_t> info{};
  info.arena = now.heap.held() - now.heap.large_held + now.space.dirty;
  info.ordblks = free_blocks(now.heap);
  info.hblks = now.heap.large_blocks;
  info.hblkhd = now.heap.large_held;
  info.uordblks = now.heap.live() - now.heap.large_held;
  info.fordblks = info.arena - info.uordblks;
  info.keepcost = now.space.dirty;
  return info;
}

int clipped(std::size_t n) noexcept {
  return n > INT_MAX ? INT_MAX : static_cast<int>(n);
}

Info<int> clipped(const Info<std::size_t>& wide) noexcept {
  Info<int> info{};
  info.arena = clipped(wide.arena);
  info.ordblks = clipped(wide.ordblks);
  info.hblks = clipped(wide.hblks);
  info.hblkhd = clipped(wide.hblkhd);
  info.uordblks = clipped(wide.uordblks);
  info.fordblks = clipped(wide.fordblks);
  info.keepcost = clipped(wide.keepcost);
  return info;
}

void print(void* file, const char* text, std::size_t size) noexcept {
  std::fwrite(text, 1, size, static_cast<std::FILE*>(file));
}

void print_sizes(std::FILE* file, const HeapStats& heap) noexcept {
  std::fputs("<sizes>\n", file);
  std::size_t smaller = 0;
  for (const ClassStats& one : heap.of) {
    const std::size_t count = one.in_slabs + one.in_bins + one.parked;
    if (count != 0)
      std::fprintf(file,
                   "  <size from=\"%zu\" to=\"%zu\" total=\"%zu\" "
                   "count=\"%zu\"/>\n",
                   smaller + 1, one.block, count * one.block, count);
    smaller = one.block;
  }
  std::fputs("</sizes>\n", file);
}

}  // namespace
}  // namespace tarn::malloc_door

using namespace tarn::malloc_door;

// No templates: their names are C's.
struct WideInfo : Info<std::size_t> {};
struct ShortInfo : Info<int> {};

extern "C" {

WideInfo mallinfo2() noexcept {
  return {look()};
}

ShortInfo mallinfo() noexcept {
  return {clipped(look())};
}

// glibc's knobs turn parts that tarn has not; the known ones are accepted.
int mallopt(int parameter, int) noexcept {
  const bool is_known = (first_knob <= parameter && parameter <= last_knob) ||
                        parameter == fast_knob;
  return is_known ? 1 : 0;
}

int malloc_trim(std::size_t) noexcept {
  return tarn::heap::trim() != 0 ? 1 : 0;
}

void malloc_stats() noexcept {
  tarn::write_stats(tarn::snapshot(), nullptr, tarn::StatsForm::text, print,
                    stderr);
  std::fprintf(stderr, "malloc door: %zu calls went to the C library\n",
               foreign_calls());
}

int malloc_info(int options, std::FILE* file) noexcept {
  if (options != 0)
    return EINVAL;
  const tarn::Snapshot now = tarn::snapshot();
  std::fputs("<malloc version=\"1\">\n<heap nr=\"0\">\n", file);
  print_sizes(file, now.heap);
  std::fputs("</heap>\n", file);
  std::fprintf(file,
               "<total type=\"rest\" count=\"%zu\" size=\"%zu\"/>\n"
               "<total type=\"mmap\" count=\"%zu\" size=\"%zu\"/>\n"
               "<system type=\"current\" size=\"%zu\"/>\n"
               "<aspace type=\"total\" size=\"%zu\"/>\n</malloc>\n",
               free_blocks(now.heap), now.heap.dirty(), now.heap.large_blocks,
               now.heap.large_held, now.heap.held() + now.space.dirty,
               now.space.committed);
  return 0;
}

ShortInfo __libc_mallinfo() noexcept __attribute__((alias("mallinfo"), used));
int __libc_mallopt(int, int) noexcept __attribute__((alias("mallopt"), used));

}  // extern "C"
