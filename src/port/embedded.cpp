// The world of a build without an operating system: no memory but buffers, one
// thread, no names. The board defines tarn_write_error and tarn_abort.
#include "tarn/detail/thread_number.hpp"

#include "base/spin_lock.hpp"
#include "port/world.hpp"

extern "C" {
// Defined by the board: where the line of a fault goes, and how it stops.
void tarn_write_error(const char* text, std::size_t size);
[[noreturn]] void tarn_abort();
}

namespace tarn {
namespace {

class NoUpstream final : public Upstream {
 public:
  Loan lend(const Ask&) noexcept override { return {}; }
  void take_back(Loan) noexcept override {}
};

constinit NoUpstream no_upstream;

}  // namespace

inline namespace v1 {
constinit thread_local std::uint32_t detail::thread_number = 0;

Upstream& system_upstream() noexcept {
  return no_upstream;
}
}  // namespace v1

namespace base {
// With one thread nobody is waited for.
void back_off(unsigned) noexcept {}
}  // namespace base

namespace port {

Loan system_lend(const Ask&) noexcept {
  return {};
}
Loan system_lend_chunk(std::size_t) noexcept {
  return {};
}
void system_take_back(Loan) noexcept {}
void system_take_back_list(void*) noexcept {}
void system_retag(Loan, std::uint32_t) noexcept {}
unsigned thread_index() noexcept {
  return 0;
}
const void** budgets_short() noexcept {
  return nullptr;
}
bool set_thread_hooks(const ThreadHooks&) noexcept {
  return false;
}
bool watch_thread() noexcept {
  return false;
}
void set_upkeep(void (*)() noexcept) noexcept {}

std::uint32_t clock_ms() noexcept {
  return 0;
}
std::uint32_t register_pool(PoolKind, const char*) noexcept {
  return 0;
}
void unregister_pool(std::uint32_t) noexcept {}
const char* pool_name(std::uint32_t) noexcept {
  return "";
}

void write_error(const char* text, std::size_t size) noexcept {
  tarn_write_error(text, size);
}

void abort() noexcept {
  tarn_abort();
}

}  // namespace port
}  // namespace tarn
