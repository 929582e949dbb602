// AddressSanitizer: each access that leaves a region's block, or outlives it.
#include "tarn/region.hpp"

#include "cases.hpp"

#include <cstring>

namespace {

constexpr std::size_t odd = 13;

// The compiler is not to know which byte it is.
volatile std::size_t the_offset;

void write_at(char* block, std::size_t offset) {
  the_offset = offset;
  block[the_offset] = 'x';
}

char read_at(const char* block, std::size_t offset) {
  the_offset = offset;
  return block[the_offset];
}

char* block_of(tarn::Region& region, std::size_t size = odd) {
  return static_cast<char*>(region.allocate(size));
}

void inside() {
  tarn::Region region{{.name = "request"}};
  for (std::size_t size = 0; size < 300; ++size)
    std::memset(block_of(region, size), 1, size);
  std::memset(block_of(region, 1 << 20), 1, 1 << 20);
}

void life() {
  tarn::Region region{{.name = "request"}};
  for (int round = 0; round < 3; ++round) {
    const tarn::Mark mark = region.mark();
    char* text = block_of(region, 100);
    std::memset(text, 1, 100);
    text = static_cast<char*>(region.grow(text, 100, 5000));
    text = static_cast<char*>(region.grow(text, 5000, 500'000));
    std::memset(text, 1, 500'000);
    region.deallocate(text, 500'000);
    std::memset(region.allocate_zeroed(77), 1, 77);
    std::memset(region.allocate(40, 4096), 1, 40);
    std::memset(region.allocate(300'000, 4096), 1, 300'000);
    region.rewind(mark);
    std::memset(block_of(region), 1, odd);
    tarn::Region other;
    std::memset(block_of(other), 1, odd);
    (void)region.merge(other);
    region.reset();
  }
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

alignas(64) char the_buffer[64 * 1024];

// Memory of somebody else is free of what the region said of it.
void in_a_buffer() {
  tarn::BufferUpstream upstream{the_buffer, sizeof the_buffer};
  {
    tarn::Region region{upstream, {.name = "request"}};
    const tarn::Mark mark = region.mark();
    std::memset(block_of(region), 1, odd);
    region.rewind(mark);
    std::memset(block_of(region, 20'000), 1, 20'000);
    region.reset();
    std::memset(block_of(region), 1, odd);
  }
  std::memset(the_buffer, 1, sizeof the_buffer);
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

void behind() {
  tarn::Region region{{.name = "request"}};
  char* const block = block_of(region);
  block_of(region);
  write_at(block, odd);
}

void before() {
  tarn::Region region{{.name = "request"}};
  block_of(region);
  write_at(block_of(region) - 1, 0);
}

void behind_large() {
  tarn::Region region{{.name = "request"}};
  write_at(block_of(region, 100'001), 100'001);
}

void after_reset() {
  tarn::Region region{{.name = "request"}};
  char* const block = block_of(region);
  region.reset();
  block_of(region);
  write_at(block, 0);
}

void after_rewind() {
  tarn::Region region{{.name = "request"}};
  const tarn::Mark mark = region.mark();
  char* const block = block_of(region);
  region.rewind(mark);
  block_of(region);
  the_offset = static_cast<std::size_t>(read_at(block, 0));
}

void after_end() {
  char* block = nullptr;
  {
    tarn::Region region{{.name = "request"}};
    block = block_of(region);
  }
  tarn::Region next;
  block_of(next);
  the_offset = static_cast<std::size_t>(read_at(block, 3));
}

void after_deallocate() {
  tarn::Region region{{.name = "request"}};
  char* const block = block_of(region, 200);
  block_of(region);
  region.deallocate(block, 200);
  write_at(block, 100);
}

}  // namespace

int main(int count, char** arguments) {
  return run_case(count, arguments,
                  {{"inside", inside},
                   {"life", life},
                   {"wiped", wiped},
                   {"nowhere", nowhere},
                   {"in_a_buffer", in_a_buffer},
                   {"behind_in_a_buffer", behind_in_a_buffer},
                   {"not_looked_at", not_looked_at},
                   {"behind", behind},
                   {"before", before},
                   {"behind_large", behind_large},
                   {"after_reset", after_reset},
                   {"after_rewind", after_rewind},
                   {"after_end", after_end},
                   {"after_deallocate", after_deallocate}});
}
