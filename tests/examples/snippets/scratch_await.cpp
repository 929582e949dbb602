// The coroutine of docs/contract.md, which goes on on another thread.
#include "tarn/per_thread.hpp"
#include "tarn/text.hpp"

#include <coroutine>
#include <exception>
#include <string>
#include <string_view>
#include <thread>

namespace {

struct Task {
  struct promise_type {
    Task get_return_object() noexcept { return {}; }
    std::suspend_never initial_suspend() noexcept { return {}; }
    std::suspend_never final_suspend() noexcept { return {}; }
    void return_void() noexcept {}
    void unhandled_exception() noexcept { std::terminate(); }
  };
};

struct Connection {
  struct Sending : std::suspend_always {
    void await_suspend(std::coroutine_handle<> handle) const {
      connection->rest = handle;
      connection->sent = text;
    }
    Connection* connection;
    std::string_view text;
  };
  Sending send(std::string_view text) { return {{}, this, text}; }

  std::string sent;
  std::coroutine_handle<> rest;
};

std::string_view answer(tarn::Region& out, const Connection&) {
  return out.copy(std::string_view{"200"});
}

#include "scratch_await.inc"

}  // namespace

int main() {
  Connection connections[2];
  for (Connection& connection : connections)
    serve(connection);
  for (Connection& connection : connections)
    std::thread{connection.rest}.join();
  return connections[1].sent == "200" ? 0 : 1;
}
