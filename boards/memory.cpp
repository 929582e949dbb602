// The four functions on memory that compilers call by themselves. Short rather
// than fast; compiled so that no loop is made a call of the function it is in.
#include <cstddef>

extern "C" {

void* memcpy(void* to, const void* from, std::size_t size) {
  auto* out = static_cast<char*>(to);
  const auto* in = static_cast<const char*>(from);
  for (std::size_t i = 0; i < size; ++i)
    out[i] = in[i];
  return to;
}

void* memmove(void* to, const void* from, std::size_t size) {
  auto* out = static_cast<char*>(to);
  const auto* in = static_cast<const char*>(from);
  if (out < in)
    return memcpy(to, from, size);
  while (size-- != 0)
    out[size] = in[size];
  return to;
}

void* memset(void* to, int byte, std::size_t size) {
  auto* out = static_cast<char*>(to);
  for (std::size_t i = 0; i < size; ++i)
    out[i] = static_cast<char>(byte);
  return to;
}

int memcmp(const void* a, const void* b, std::size_t size) {
  const auto* left = static_cast<const unsigned char*>(a);
  const auto* right = static_cast<const unsigned char*>(b);
  for (std::size_t i = 0; i < size; ++i)
    if (left[i] != right[i])
      return left[i] < right[i] ? -1 : 1;
  return 0;
}
}
