// AddressSanitizer: each access that leaves a pool's block, or outlives it.
#include "accesses.hpp"

namespace {

void inside() {
  tarn::Region region{{.name = "request"}};
  for (std::size_t size = 0; size < 300; ++size)
    std::memset(block_of(region, size), 1, size);
  std::memset(block_of(region, 1 << 20), 1, 1 << 20);
}

void wiped() {
  tarn::Region region{{.name = "keys", .wipe = true}};
  const tarn::Mark mark = region.mark();
  std::memset(block_of(region), 1, odd);
  std::memset(block_of(region, 100'000), 1, 100'000);
  region.rewind(mark);
  std::memset(block_of(region), 1, odd);
  region.reset();
  std::memset(block_of(region), 1, odd);
}

// Not tarn's: the sanitizer tells it as ever.
void nowhere() {
  tarn::Region region;
  block_of(region);
  static char* volatile place = nullptr;
  write_at(place, 16);
}

void behind_in_a_buffer() {
  tarn::BufferUpstream upstream{the_buffer, sizeof the_buffer};
  tarn::Region region{upstream, {.name = "request"}};
  write_at(block_of(region), odd);
}

void not_looked_at() {
  tarn::Region region{{.checks = tarn::CheckMode::off}};
  char* const block = block_of(region);
  block_of(region);
  write_at(block, odd);
}

// A fault of a fixed pool ends the program.
void fixed_double_free() {
  char* const block = block_of(lasting_texts(), 200);
  lasting_texts().deallocate(block);
  lasting_texts().deallocate(block);
}

}  // namespace

int main(int count, char** arguments) {
  return run_case(count, arguments,
                  {{"inside", inside},
                   {"wiped", wiped},
                   {"nowhere", nowhere},
                   {"behind_in_a_buffer", behind_in_a_buffer},
                   {"not_looked_at", not_looked_at},
                   {"fixed_double_free", fixed_double_free}},
                  accesses, fixed_accesses);
}
