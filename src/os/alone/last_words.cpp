// How a program ends that took tarn_fixed.hpp along and nothing else: with a C
// library it says why, without one the board defines how, as for a library
// without an operating system. Not part of any library.
#include "port/last_words.hpp"

#if __STDC_HOSTED__
#  include <cstdio>
#  include <cstdlib>

namespace tarn::port {

void write_error(const char* text, std::size_t size) noexcept {
  static_cast<void>(std::fwrite(text, 1, size, stderr));
}

void abort() noexcept {
  std::abort();
}

}  // namespace tarn::port

#else

extern "C" {
// Defined by the board, unless it has a tarn_on_fault of its own.
void tarn_write_error(const char* text, std::size_t size);
[[noreturn]] void tarn_abort();
}

namespace tarn::port {

void write_error(const char* text, std::size_t size) noexcept {
  tarn_write_error(text, size);
}

void abort() noexcept {
  tarn_abort();
}

}  // namespace tarn::port
#endif
