// The lines of docs/stats.md that compare two snapshots.
#include "tarn/heap.hpp"
#include "tarn/stats.hpp"

#include <cstdio>

namespace {

void print(void* file, const char* text, std::size_t size) {
  std::fwrite(text, 1, size, static_cast<std::FILE*>(file));
}

void* kept = nullptr;

void serve_for_an_hour() {
  kept = tarn::default_heap().allocate(4 * tarn::MiB);
}

}  // namespace

int main() {
#include "snapshot.inc"
  const tarn::Judgement found = tarn::judge(before, now);
  tarn::default_heap().deallocate(kept);
  return found.trend == tarn::Trend::leak && found.is_large ? 0 : 1;
}
