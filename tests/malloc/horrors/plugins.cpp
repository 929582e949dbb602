// Libraries that come and go: their blocks outlive them, and those of one that
// calls the C library's own malloc come back to ours.
#include "malloc/horrors/check.hpp"

#include <string>
#include <thread>
#include <vector>

namespace {

using Block = void*(std::size_t);
using Free = void(void*);

struct Library {
  void* handle;
  Block* block;
  Free* give_back;
};

Library open(const char* path, int mode) {
  void* const handle = dlopen(path, mode);
  if (handle == nullptr)
    std::fprintf(stderr, "%s\n", dlerror());
  require(handle != nullptr, "a library opens");
  return {handle, reinterpret_cast<Block*>(dlsym(handle, "library_block")),
          reinterpret_cast<Free*>(dlsym(handle, "library_free"))};
}

void come_and_go(const char* path) {
  for (int i = 0; i < 50; ++i) {
    const Library library = open(path, RTLD_NOW | RTLD_LOCAL);
    void* const p = library.block(5000);
    require(is_served(p), "a plugin's block");
    void* const small = library.block(50);
    library.give_back(std::malloc(60000));
    std::thread{[&] { library.give_back(library.block(100)); }}.join();
    dlclose(library.handle);
    std::free(p);
    std::free(small);
  }
}

// It finds the C library's malloc before ours.
void open_deeply(const char* path) {
  const Library library = open(path, RTLD_NOW | RTLD_DEEPBIND);
  std::vector<void*> blocks;
  for (std::size_t size = 1; size < 1'000'000; size = size * 3 / 2 + 1)
    blocks.push_back(library.block(size));
  require(!is_served(blocks[0]), "a deeply bound library calls libc's malloc");
  blocks[0] = std::realloc(blocks[0], 500);
  for (void* const p : blocks)
    std::free(p);
  dlclose(library.handle);
}

}  // namespace

int main(int, char** arguments) {
  require(is_served(hidden(std::malloc(1))), "tarn serves");
  come_and_go(arguments[1]);
  open_deeply(arguments[2]);
  return 0;
}
