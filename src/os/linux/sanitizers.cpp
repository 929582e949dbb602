// Names of the sanitizers' public interface, declared here since a compiler may
// come without their headers; and memcheck's requests.
#include "os/sanitizers.hpp"

#include "tarn/detail/bits.hpp"

#include "os/linux/valgrind.hpp"

#include <atomic>
#include <stdlib.h>

extern "C" {
// NOLINTBEGIN(clang-diagnostic-reserved-identifier): theirs.
__attribute__((weak)) void __asan_poison_memory_region(const volatile void*,
                                                       std::size_t);
__attribute__((weak)) void __asan_unpoison_memory_region(const volatile void*,
                                                         std::size_t);
__attribute__((weak)) void __asan_set_error_report_callback(
    void (*)(const char*));
__attribute__((weak)) void* __asan_get_report_address();
__attribute__((weak)) int __asan_get_report_access_type();
__attribute__((weak)) void __msan_allocated_memory(const volatile void*,
                                                   std::size_t);
__attribute__((weak)) void __msan_unpoison(const volatile void*, std::size_t);
__attribute__((weak)) void __tsan_write_range(void*, std::size_t);
__attribute__((weak)) void __tsan_acquire(void*);
__attribute__((weak)) void __tsan_release(void*);
__attribute__((weak)) void __lsan_register_root_region(const void*,
                                                       std::size_t);
// NOLINTEND(clang-diagnostic-reserved-identifier)
}

namespace tarn::os {
namespace {

// Memory may come back cut otherwise, so each of its pages has the order.
constexpr std::size_t order_unit = 4 * KiB;

bool has_address() noexcept {
  return &__asan_poison_memory_region != nullptr &&
         &__asan_unpoison_memory_region != nullptr;
}

bool has_memory() noexcept {
  return &__msan_allocated_memory != nullptr && &__msan_unpoison != nullptr;
}

bool has_thread() noexcept {
  return &__tsan_write_range != nullptr && &__tsan_acquire != nullptr &&
         &__tsan_release != nullptr;
}

void for_each_unit(const std::byte* memory, std::size_t size,
                   void (*tell)(void*)) noexcept {
  std::byte* const first = const_cast<std::byte*>(memory);
  std::byte* unit = first - detail::address_of(first) % order_unit;
  for (; unit < first + size; unit += order_unit)
    tell(unit);
}

// Written once, before reports; orders nothing.
constinit std::atomic<ReportTold> report_told{nullptr};

void tell_report(const char*) {
  const ReportTold told = report_told.load(std::memory_order_relaxed);
  if (told == nullptr || &__asan_get_report_address == nullptr)
    return;
  const bool is_write = &__asan_get_report_access_type != nullptr &&
                        __asan_get_report_access_type() == 1;
  told(static_cast<const std::byte*>(__asan_get_report_address()), is_write);
}

// Written before there are threads, by who asks first; orders nothing.
constinit std::atomic<bool> is_under_memcheck{false};

// Steps of a count.
constexpr std::uintptr_t more_silence = 1;
constexpr std::uintptr_t less_silence = ~std::uintptr_t{0};

std::uintptr_t number_of(const std::byte* memory) noexcept {
  return detail::address_of(memory);
}

// Other tools of Valgrind do not know the request, and answer nothing.
void look_for_memcheck() noexcept {
  constexpr std::byte own{};
  if (ask_valgrind(ValgrindAsk::make_defined, number_of(&own), 1) != 0)
    is_under_memcheck.store(true, std::memory_order_relaxed);
}

void tell_memcheck(ValgrindAsk what, const std::byte* memory,
                   std::size_t size) noexcept {
  if (has_memcheck() && size != 0)
    ask_valgrind(what, number_of(memory), size);
}

}  // namespace

bool has_sanitizer() noexcept {
  look_for_memcheck();
  return has_address() || has_memory() || has_thread() || has_memcheck();
}

bool has_memcheck() noexcept {
  return is_under_memcheck.load(std::memory_order_relaxed);
}

Unseen::Unseen() noexcept {
  if (has_memcheck())
    ask_valgrind(ValgrindAsk::change_silence, more_silence);
}

Unseen::~Unseen() {
  if (has_memcheck())
    ask_valgrind(ValgrindAsk::change_silence, less_silence);
}

Seen::Seen() noexcept {
  if (has_memcheck())
    ask_valgrind(ValgrindAsk::change_silence, less_silence);
}

Seen::~Seen() {
  if (has_memcheck())
    ask_valgrind(ValgrindAsk::change_silence, more_silence);
}

void begin_block(const std::byte* block, std::size_t size,
                 bool is_written) noexcept {
  if (has_memcheck()) {
    constexpr std::uintptr_t no_redzone = 0;
    ask_valgrind(ValgrindAsk::malloc_like, number_of(block), size, no_redzone,
                 is_written ? 1 : 0);
    return;
  }
  unpoison(block, size);
  if (!is_written)
    make_fresh(block, size);
}

void resize_block(const std::byte* block, std::size_t former,
                  std::size_t size) noexcept {
  if (!has_memcheck())
    return unpoison(block, size);
  if (size != 0 && former != 0) {
    ask_valgrind(ValgrindAsk::resize_in_place, number_of(block), former, size,
                 0);
    return;
  }
  // Such a size it would tell as that of no block.
  end_block(block);
  begin_block(block, size);
}

void end_block(const std::byte* block) noexcept {
  if (has_memcheck())
    ask_valgrind(ValgrindAsk::free_like, number_of(block), 0);
}

void poison(const std::byte* memory, std::size_t size) noexcept {
  if (has_address() && size != 0)
    __asan_poison_memory_region(memory, size);
  tell_memcheck(ValgrindAsk::make_no_access, memory, size);
}

void unpoison(const std::byte* memory, std::size_t size) noexcept {
  if (has_address() && size != 0)
    __asan_unpoison_memory_region(memory, size);
  tell_memcheck(ValgrindAsk::make_defined, memory, size);
}

void make_fresh(const std::byte* memory, std::size_t size) noexcept {
  if (has_memory() && size != 0)
    __msan_allocated_memory(memory, size);
  tell_memcheck(ValgrindAsk::make_undefined, memory, size);
}

void make_written(const std::byte* memory, std::size_t size) noexcept {
  if (has_memory() && size != 0)
    __msan_unpoison(memory, size);
  tell_memcheck(ValgrindAsk::make_defined, memory, size);
}

void end_of_use(const std::byte* memory, std::size_t size) noexcept {
  if (has_thread() && size != 0)
    __tsan_write_range(const_cast<std::byte*>(memory), size);
}

void hand_over(const std::byte* memory, std::size_t size) noexcept {
  if (has_thread())
    for_each_unit(memory, size, __tsan_release);
}

void take_over(const std::byte* memory, std::size_t size) noexcept {
  if (has_thread())
    for_each_unit(memory, size, __tsan_acquire);
}

void hand_block_over(const std::byte* block) noexcept {
  if (has_thread())
    __tsan_release(const_cast<std::byte*>(block));
}

void take_block_over(const std::byte* block) noexcept {
  if (has_thread())
    __tsan_acquire(const_cast<std::byte*>(block));
}

void look_for_pointers_in(const std::byte* memory, std::size_t size) noexcept {
  if (&__lsan_register_root_region != nullptr)
    __lsan_register_root_region(memory, size);
}

bool reads_all_memory() noexcept {
  return &__lsan_register_root_region != nullptr;
}

// What is registered last runs first, and whoever looks for leaks was there
// before the program's first constructor.
void before_leaks_are_looked_for(void (*then)()) noexcept {
  static_cast<void>(atexit(then));
}

bool when_reported(ReportTold told) noexcept {
  if (&__asan_set_error_report_callback == nullptr)
    return false;
  report_told.store(told, std::memory_order_relaxed);
  __asan_set_error_report_callback(tell_report);
  return true;
}

}  // namespace tarn::os
