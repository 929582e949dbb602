// MemorySanitizer: a new block has no value, whatever lay there before.
#include "tarn/region.hpp"

#include "cases.hpp"

#include <cstring>
#include <unistd.h>

namespace {

constexpr std::size_t size = 64;

// A choice is what the sanitizer looks at. No C++ runtime is instrumented, so
// nothing of one is used.
void choose_by(const char* block) {
  if (block[5] == 'x')
    (void)!write(STDOUT_FILENO, "", 0);
}

char* block_of(tarn::Region& region, std::size_t bytes = size) {
  return static_cast<char*>(region.allocate(bytes));
}

void written() {
  tarn::Region region{{.name = "request"}};
  for (int round = 0; round < 3; ++round) {
    char* const block = block_of(region);
    std::memset(block, 'x', size);
    choose_by(block);
    choose_by(static_cast<char*>(region.grow(block, size, 10 * size)));
    choose_by(static_cast<char*>(region.allocate_zeroed(size)));
    choose_by(static_cast<char*>(region.allocate_zeroed(100'000)));
    region.reset();
  }
}

void first_use() {
  tarn::Region region{{.name = "request"}};
  choose_by(block_of(region));
}

void old_contents() {
  tarn::Region region{{.name = "request"}};
  std::memset(block_of(region), 'x', size);
  region.reset();
  choose_by(block_of(region));
}

}  // namespace

int main(int count, char** arguments) {
  return run_case(count, arguments,
                  {{"written", written},
                   {"first_use", first_use},
                   {"old_contents", old_contents}});
}
