// The line that docs/stats.md prints of a region, and whether its sentences
// about the fields hold.
#include "tarn/region.hpp"

#include <cstddef>
#include <cstdio>

namespace {

void print(const tarn::Region& region) {
#include "region_stats.inc"
}

void count(void* context) noexcept {
  ++*static_cast<int*>(context);
}

}  // namespace

int main() {
  tarn::Region region{{.name = "job", .max_chunk = 64 * tarn::KiB}};
  print(region);
  int ended = 0;
  for (int i = 0; i < 100; ++i)
    if (region.allocate(1000) == nullptr || !region.on_reset(&count, &ended))
      return 1;
  if (region.allocate(tarn::MiB) == nullptr || region.make_child() == nullptr)
    return 1;
  print(region);
  const tarn::RegionStats full = region.stats();
  const bool is_counted =
      full.held == region.held() && full.used >= 100 * 1000 + tarn::MiB &&
      full.used <= full.held && full.chunks > 1 && full.large_blocks == 1 &&
      full.large_bytes > tarn::MiB && full.cleanups >= 100 &&
      full.children == 1;
  region.reset();
  print(region);
  const tarn::RegionStats empty = region.stats();
  return is_counted && ended == 100 && empty.used == 0 && empty.chunks == 1 &&
                 empty.children == 0
             ? 0
             : 1;
}
