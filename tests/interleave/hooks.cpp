// The calls that -fsanitize=thread makes of accesses to memory, answered here
// in place of ThreadSanitizer. g++ and clang make slightly different ones.
#include "interleave/explorer.hpp"

#include <cstring>

using tarn::interleave::access;
using tarn::interleave::Operation;
using tarn::interleave::perform;
using Kind = Operation::Kind;

namespace {

template <class T>
std::uint64_t on(Kind kind, const volatile T* at, std::uint64_t value,
                 int order) {
  Operation operation{
      kind, const_cast<T*>(at), sizeof(T), value, 0, order, order, false,
      false};
  return perform(operation, nullptr);
}

template <class T>
bool exchange_if(volatile T* at, T* expected, T value, int order, int failure,
                 bool is_weak) {
  bool is_done = false;
  Operation operation{Kind::compare_exchange,
                      const_cast<T*>(at),
                      sizeof(T),
                      value,
                      *expected,
                      order,
                      failure,
                      is_weak,
                      false};
  const auto seen = static_cast<T>(perform(operation, &is_done));
  if (!is_done)
    *expected = seen;
  return is_done;
}

// The operations that nothing here is explored for are done as loops of those
// that are.
template <class T, class Change>
T changed(volatile T* at, int order, Change change) {
  T seen = *at;
  while (!exchange_if(at, &seen, change(seen), order, 0, false)) {
  }
  return seen;
}

}  // namespace

// Names and types are the compilers', which say nothing of them in a header.
// NOLINTBEGIN
extern "C" {

void __tsan_init() {}
void __tsan_func_entry(void*) {}
void __tsan_func_exit() {}
void __tsan_vptr_update(void**, void*) {}
void __tsan_vptr_read(void**) {}
void __tsan_atomic_thread_fence(int) {}
void __tsan_atomic_signal_fence(int) {}

#define PLAIN(SIZE)                            \
  void __tsan_read##SIZE(void* p) {            \
    access(p, SIZE, false);                    \
  }                                            \
  void __tsan_write##SIZE(void* p) {           \
    access(p, SIZE, true);                     \
  }                                            \
  void __tsan_unaligned_read##SIZE(void* p) {  \
    access(p, SIZE, false);                    \
  }                                            \
  void __tsan_unaligned_write##SIZE(void* p) { \
    access(p, SIZE, true);                     \
  }
PLAIN(1)
PLAIN(2)
PLAIN(4)
PLAIN(8)
PLAIN(16)

void __tsan_read_range(void* p, unsigned long size) {
  access(p, size, false);
}
void __tsan_write_range(void* p, unsigned long size) {
  access(p, size, true);
}
void* __tsan_memcpy(void* to, const void* from, unsigned long size) {
  access(from, size, false);
  access(to, size, true);
  return std::memcpy(to, from, size);
}
void* __tsan_memmove(void* to, const void* from, unsigned long size) {
  access(from, size, false);
  access(to, size, true);
  return std::memmove(to, from, size);
}
void* __tsan_memset(void* to, int byte, unsigned long size) {
  access(to, size, true);
  return std::memset(to, byte, size);
}

#define ATOMIC(BITS, TYPE)                                                   \
  TYPE __tsan_atomic##BITS##_load(const volatile TYPE* p, int order) {       \
    return static_cast<TYPE>(on(Kind::load, p, 0, order));                   \
  }                                                                          \
  void __tsan_atomic##BITS##_store(volatile TYPE* p, TYPE v, int order) {    \
    on(Kind::store, p, v, order);                                            \
  }                                                                          \
  TYPE __tsan_atomic##BITS##_exchange(volatile TYPE* p, TYPE v, int order) { \
    return static_cast<TYPE>(on(Kind::exchange, p, v, order));               \
  }                                                                          \
  TYPE __tsan_atomic##BITS##_fetch_add(volatile TYPE* p, TYPE v, int o) {    \
    return static_cast<TYPE>(on(Kind::add, p, v, o));                        \
  }                                                                          \
  TYPE __tsan_atomic##BITS##_fetch_sub(volatile TYPE* p, TYPE v, int o) {    \
    return static_cast<TYPE>(on(Kind::add, p, 0 - std::uint64_t{v}, o));     \
  }                                                                          \
  TYPE __tsan_atomic##BITS##_fetch_and(volatile TYPE* p, TYPE v, int o) {    \
    return changed(p, o,                                                     \
                   [v](TYPE seen) { return static_cast<TYPE>(seen & v); });  \
  }                                                                          \
  TYPE __tsan_atomic##BITS##_fetch_or(volatile TYPE* p, TYPE v, int o) {     \
    return changed(p, o,                                                     \
                   [v](TYPE seen) { return static_cast<TYPE>(seen | v); });  \
  }                                                                          \
  TYPE __tsan_atomic##BITS##_fetch_xor(volatile TYPE* p, TYPE v, int o) {    \
    return changed(p, o,                                                     \
                   [v](TYPE seen) { return static_cast<TYPE>(seen ^ v); });  \
  }                                                                          \
  bool __tsan_atomic##BITS##_compare_exchange_strong(                        \
      volatile TYPE* p, TYPE* expected, TYPE v, int order, int failure) {    \
    return exchange_if(p, expected, v, order, failure, false);               \
  }                                                                          \
  bool __tsan_atomic##BITS##_compare_exchange_weak(                          \
      volatile TYPE* p, TYPE* expected, TYPE v, int order, int failure) {    \
    return exchange_if(p, expected, v, order, failure, true);                \
  }                                                                          \
  TYPE __tsan_atomic##BITS##_compare_exchange_val(                           \
      volatile TYPE* p, TYPE expected, TYPE v, int order, int failure) {     \
    exchange_if(p, &expected, v, order, failure, false);                     \
    return expected;                                                         \
  }
ATOMIC(8, std::uint8_t)
ATOMIC(16, std::uint16_t)
ATOMIC(32, std::uint32_t)
ATOMIC(64, std::uint64_t)

}  // extern "C"
// NOLINTEND
