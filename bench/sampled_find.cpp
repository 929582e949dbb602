// How soon does mode `sampled` find a use after free that one request in a
// thousand has, at a place that gives back what it has just taken?
//
//     TARN_CHECK=sampled sampled_find POOL [SECONDS [AROUND]]
//
// A child serves requests until it is ended by a fault; printed are the
// milliseconds that took, or -1 where it never was. POOL is heap, heap:clean,
// object, object:clean, region or region:clean; clean requests have no bug, and
// print how many were served. A request of heap or object takes AROUND more
// blocks of the heap, 0 to 6, of other sizes. With none object finds nothing:
// a thread that only takes and gives back one object by turns has no clock.
#include "tarn/heap.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/region.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::uint64_t requests_per_bug = 1000;
// Blocks of a request of the heap beside the one with the bug.
constexpr std::size_t most_around = 6;
std::size_t blocks_around = 0;

// Some work of a request, which also keeps other blocks of the heap in use.
std::uint64_t work(std::uint64_t number) {
  std::uint64_t sum = number;
  for (unsigned i = 0; i < 64; ++i)
    sum = sum * 6364136223846793005u + 1442695040888963407u;
  return sum;
}

struct Message {
  std::uint64_t words[8];
};

// What a request takes beside.
struct Around {
  Around() {
    for (std::size_t i = 0; i < blocks_around; ++i)
      blocks[i] = tarn::default_heap().allocate(32 + 48 * i);
  }
  ~Around() {
    for (std::size_t i = blocks_around; i-- != 0;)
      tarn::default_heap().deallocate(blocks[i]);
  }
  Around(const Around&) = delete;
  Around& operator=(const Around&) = delete;

  void* blocks[most_around];
};

std::uint64_t serve_heap(std::uint64_t number, bool is_buggy) {
  tarn::Heap& heap = tarn::default_heap();
  const Around around;
  auto* const message = static_cast<volatile Message*>(heap.allocate(64));
  message->words[0] = work(number);
  std::uint64_t sum = message->words[0];
  heap.deallocate(const_cast<Message*>(message));
  if (is_buggy)
    sum += message->words[0];
  return sum;
}

std::uint64_t serve_object(std::uint64_t number, bool is_buggy) {
  static tarn::ObjectPool<Message> messages{{.name = "message"}};
  const Around around;
  volatile Message* const message = messages.acquire_raw();
  message->words[0] = work(number);
  std::uint64_t sum = message->words[0];
  messages.release(const_cast<Message*>(message));
  if (is_buggy)
    sum += message->words[0];
  return sum;
}

std::uint64_t serve_region(std::uint64_t number, bool is_buggy) {
  static tarn::Region request{{.name = "request"}};
  void* block = nullptr;
  for (std::size_t i = 0; i < 20; ++i)
    block = request.allocate(16 + 16 * i);
  auto* const message = static_cast<volatile Message*>(block);
  message->words[0] = work(number);
  std::uint64_t sum = message->words[0];
  request.reset();
  if (is_buggy)
    sum += message->words[0];
  return sum;
}

using Serve = std::uint64_t (*)(std::uint64_t number, bool is_buggy);

[[noreturn]] void run(Serve serve, bool is_clean, double seconds) {
  const auto begin = Clock::now();
  volatile std::uint64_t sum = 0;
  std::uint64_t number = 0;
  std::uint32_t random = 2463534242;
  do
    for (unsigned i = 0; i < 10'000; ++i) {
      random ^= random << 13;
      random ^= random >> 17;
      random ^= random << 5;
      sum = sum + serve(++number, !is_clean && random % requests_per_bug == 0);
    }
  while (std::chrono::duration<double>(Clock::now() - begin).count() < seconds);
  if (is_clean)
    std::printf("%llu\n", static_cast<unsigned long long>(number));
  std::fflush(stdout);
  _exit(0);
}

}  // namespace

int main(int count, char** words) {
  const std::string pool = count > 1 ? words[1] : "heap";
  const double seconds = count > 2 ? std::atof(words[2]) : 10;
  if (count > 3)
    blocks_around =
        std::min<std::size_t>(std::strtoul(words[3], nullptr, 10), most_around);
  const bool is_clean = pool.find(":clean") != std::string::npos;
  Serve serve = serve_heap;
  if (pool.rfind("object", 0) == 0)
    serve = serve_object;
  if (pool.rfind("region", 0) == 0)
    serve = serve_region;
  if (is_clean)
    run(serve, true, seconds);
  const auto begin = Clock::now();
  const pid_t child = fork();
  if (child == 0)
    run(serve, false, seconds);
  int status = 0;
  waitpid(child, &status, 0);
  const std::chrono::duration<double, std::milli> took = Clock::now() - begin;
  std::printf("%.0f\n", WIFSIGNALED(status) ? took.count() : -1.0);
}
