// A program with one fault: a byte is written behind a block. Its function
// take() is put into make_block() by any compiler; both are to be named.
#include "tarn/heap.hpp"

namespace {

[[gnu::always_inline]] inline char* take(std::size_t size) {
  return static_cast<char*>(tarn::default_heap().allocate(size));
}

[[gnu::noinline]] char* make_block() {
  char* const block = take(40);
  __asm__ volatile("" ::: "memory");
  return block;
}

[[gnu::noinline]] void end_block(char* block) {
  tarn::default_heap().deallocate(block);
  __asm__ volatile("" ::: "memory");
}

}  // namespace

int main() {
  char* const block = make_block();
  *static_cast<volatile char*>(block + 40) = 1;
  end_block(block);
  return 0;
}
