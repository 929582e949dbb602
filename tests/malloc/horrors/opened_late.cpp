// The door opened by a program that began on the C library's malloc.
#include "malloc/horrors/check.hpp"

#include <thread>

int main(int, char** arguments) {
  void* const before = hidden(std::malloc(100));
  require(!is_served(before), "the program began without tarn");
  for (int i = 0; i < 3; ++i) {
    void* const door = dlopen(arguments[1], RTLD_NOW | RTLD_LOCAL);
    if (door == nullptr)
      std::fprintf(stderr, "%s\n", dlerror());
    require(door != nullptr, "there is room for its thread-local pointer");
    auto* const allocate =
        reinterpret_cast<void* (*)(std::size_t)>(dlsym(door, "malloc"));
    auto* const give = reinterpret_cast<void (*)(void*)>(dlsym(door, "free"));
    void* const p = allocate(1000);
    require(p != nullptr, "the door serves");
    std::memset(p, 1, 1000);
    std::thread{[&] {
      give(p);
      give(allocate(50));
    }}.join();
    give(hidden(std::malloc(30)));
    dlclose(door);
  }
  std::free(before);
  std::free(hidden(std::malloc(100)));
  return 0;
}
