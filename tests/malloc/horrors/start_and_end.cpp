// Allocation before everything and after everything else.
#include "malloc/horrors/check.hpp"
#include "malloc/horrors/library.hpp"

#include <string>
#include <unistd.h>
#include <vector>

namespace {

void* from_preinit = nullptr;
std::vector<std::string>* kept = nullptr;

void begin_before_all(int, char**, char**) {
  from_preinit = std::malloc(3000);
}
__attribute__((section(".preinit_array"),
               used)) void (*preinit)(int, char**, char**) = begin_before_all;

// Ends after the exit handlers registered in main.
struct Static {
  std::string text = std::string(500, 's');
  ~Static() {
    text.append(100000, 't');
    std::free(std::malloc(200));
  }
} const the_static;

thread_local std::string of_thread = std::string(300, 'l');

void at_exit() {
  for (int i = 0; i < 1000; ++i)
    kept->push_back(std::string(static_cast<std::size_t>(i), 'k'));
  delete kept;
  std::free(from_preinit);
}

}  // namespace

int main() {
  require(is_served(from_preinit), "a block of before the constructors");
  kept = new std::vector<std::string>;
  of_thread += "used";
  std::atexit(at_exit);
  void* const p = library_block(100);
  require(is_served(p), "a block of a library");
  std::free(p);
  return 0;
}
