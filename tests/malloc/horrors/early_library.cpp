// A library that allocates before main and frees after it, in every way there
// is, and in threads' ends. Its blocks pass from one to the other.
#include "malloc/horrors/library.hpp"

#include <cstdlib>
#include <cstring>
#include <pthread.h>
#include <string>

namespace {

void* early = nullptr;
std::string* late = nullptr;

__attribute__((constructor(101))) void begin_first() {
  early = std::malloc(1000);
  std::memset(early, 1, 1000);
}

__attribute__((constructor)) void begin() {
  late = new std::string(2000, 'x');
  early = std::realloc(early, 100000);
}

__attribute__((destructor)) void end() {
  delete late;
  void* const p = std::calloc(100, 100);
  std::free(early);
  early = p;
}

__attribute__((destructor(101))) void end_last() {
  std::free(early);
  std::free(std::malloc(50000));
}

}  // namespace

extern "C" void* library_block(std::size_t size) {
  return std::malloc(size);
}

extern "C" void library_free(void* p) {
  std::free(p);
}
