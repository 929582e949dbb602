// bad_input WORD... - does what its words say, one after the other.
#include "tarn/checks.hpp"
#include "tarn/heap.hpp"
#include "tarn/object_pool.hpp"
#include "tarn/region.hpp"

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

namespace {

struct Line {
  char bytes[48];
};

tarn::Heap& heap() {
  static tarn::Heap heap{{.name = "h"}};
  return heap;
}

// A sound program's use of each pool. Running out is no fault.
void use() {
  constexpr int blocks = 2000;
  static void* kept[blocks];
  for (int i = 0; i < blocks; ++i) {
    const auto size = static_cast<std::size_t>(16 + i * 37 % 4000);
    kept[i] = heap().allocate(size);
    if (kept[i] == nullptr) {
      std::puts("refused");
      break;
    }
    std::memset(kept[i], 1, size);
  }
  for (void*& block : kept) {
    heap().deallocate(block);
    block = nullptr;
  }
  for (int i = 0; i < 50; ++i) {
    tarn::Region region{{.name = "r"}};
    for (int k = 0; k < 20; ++k)
      if (void* const block = region.allocate(100))
        std::memset(block, 1, 100);
  }
  tarn::ObjectPool<Line> lines{{.name = "o"}};
  for (int i = 0; i < 200; ++i)
    static_cast<void>(lines.acquire());
}

void fault() {
  void* const block = heap().allocate(40);
  heap().deallocate(block);
  heap().deallocate(block);
}

// As many as there may be, and no two of them one.
void take_all_mappings() {
  constexpr long most = 4'000'000;
  for (long i = 0; i < most; ++i)
    if (mmap(nullptr, 4096, i % 2 == 0 ? PROT_READ : PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0) == MAP_FAILED)
      return;
}

// No more address space than there is, but for so many MiB.
void take_address_space(const char* mib) {
  unsigned long pages = 0;
  std::FILE* const file = std::fopen("/proc/self/statm", "r");
  if (file == nullptr || std::fscanf(file, "%lu", &pages) != 1)
    std::abort();
  std::fclose(file);
  const rlim_t size =
      pages * 4096 + (static_cast<rlim_t>(std::atol(mib)) << 20);
  const rlimit limit{size, RLIM_INFINITY};
  setrlimit(RLIMIT_AS, &limit);
}

// Blocks from a place that is reached by as many ways as there are numbers.
using Step = void (*)(std::uint32_t way, int depth);
extern const Step steps[8];

template <int number>
[[gnu::noinline]] void step(std::uint32_t way, int depth) {
  if (depth == 0)
    heap().deallocate(heap().allocate(24));
  else
    steps[way % 8](way / 8, depth - 1);
  // No two of them are one, and none ends in its call.
  asm volatile("" : : "i"(number) : "memory");
}
const Step steps[8] = {step<0>, step<1>, step<2>, step<3>,
                       step<4>, step<5>, step<6>, step<7>};

void say_and_exit(int) {
  constexpr char text[] = "the program's handler\n";
  if (write(STDOUT_FILENO, text, sizeof text - 1) < 0)
    _exit(2);
  _exit(0);
}

void own_handler() {
  struct sigaction action = {};
  action.sa_handler = say_and_exit;
  sigaction(SIGSEGV, &action, nullptr);
}

void fork_and_use(tarn::Fault, const char*) noexcept {
  const pid_t child = fork();
  if (child == 0) {
    use();
    std::puts("the child used all");
    std::fflush(stdout);
    _exit(0);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0)
    _exit(2);
}

void start_by_vfork() {
  const pid_t child = vfork();
  if (child == 0) {
    execl("/bin/true", "true", static_cast<char*>(nullptr));
    _exit(1);
  }
  int status = 0;
  if (waitpid(child, &status, 0) != child || status != 0)
    std::abort();
}

void fill_standard_error() {
  int ends[2];
  static const char text[4096] = {};
  if (pipe(ends) != 0 || fcntl(ends[1], F_SETFL, O_NONBLOCK) != 0)
    std::abort();
  while (write(ends[1], text, sizeof text) > 0) {
  }
  dup2(ends[1], STDERR_FILENO);
}

void touch_nothing() {
  *reinterpret_cast<volatile int*>(std::uintptr_t{8}) = 1;
}

bool is(const char* word, const char* other) {
  return std::strcmp(word, other) == 0;
}

}  // namespace

int main(int count, char** words) {
  for (int i = 1; i < count; ++i) {
    const char* const word = words[i];
    if (is(word, "use"))
      use();
    else if (is(word, "fault"))
      fault();
    else if (is(word, "mappings"))
      take_all_mappings();
    else if (is(word, "space") && i + 1 < count)
      take_address_space(words[++i]);
    else if (is(word, "stacks"))
      for (std::uint32_t way = 0; way < 1u << 17; ++way)
        step<0>(way, 6);
    else if (is(word, "handler"))
      own_handler();
    else if (is(word, "crash"))
      touch_nothing();
    else if (is(word, "fork"))
      tarn::set_fault_handler(fork_and_use);
    else if (is(word, "vfork"))
      start_by_vfork();
    else if (is(word, "full"))
      fill_standard_error();
    else if (is(word, "mode"))
      tarn::set_check_mode(tarn::CheckMode::full);
    else
      return EXIT_FAILURE;
  }
  std::puts("done");
}
