// EXPECT tarn: fault: a Scratch ended out of order (depth 1, now 2)
#include "tarn/per_thread.hpp"

#include <coroutine>
#include <exception>

namespace {

struct Task {
  struct promise_type {
    Task get_return_object() {
      return {std::coroutine_handle<promise_type>::from_promise(*this)};
    }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_always final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
  std::coroutine_handle<promise_type> handle;
};

// Two of these that take turns end their scratches first in, first out.
Task work() {
  const tarn::Scratch here;
  (void)here->allocate(10);
  co_await std::suspend_always{};
}

}  // namespace

int main() {
  const Task first = work();
  const Task second = work();
  first.handle.resume();
  second.handle.resume();
}
