// For served.hpp, in a program that keeps its libtarn.a to itself.
#include "tarn/tarn.h"

#include <cstddef>

extern "C" [[gnu::visibility("default")]] std::size_t tarn_describe_linked(
    const void* p, char* buffer, std::size_t size) {
  return tarn_describe(p, buffer, size);
}
