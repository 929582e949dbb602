// Forks of every kind while threads allocate.
#include "malloc/horrors/check.hpp"

#include <atomic>
#include <signal.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

extern char** environ;

namespace {

std::atomic<bool> is_over{false};

void work(unsigned seed, int rounds) {
  std::vector<std::string> texts(64);
  for (int i = 0; i != rounds && !is_over.load(); ++i) {
    seed = seed * 1664525 + 1013904223;
    texts[seed >> 26].assign(seed >> 8 & 0xFFF, 'x');
    if (seed >> 28 == 0)
      std::free(std::malloc(seed >> 8 & 0xFFFFF));
  }
}

[[noreturn]] void be_child(unsigned seed) {
  alarm(60);
  work(seed, 2000);
  std::thread one{work, seed + 1, 2000};
  std::thread other{work, seed + 2, 2000};
  one.join();
  other.join();
  if (seed % 4 == 0) {
    const pid_t grandchild = fork();
    if (grandchild == 0) {
      work(seed, 500);
      _exit(0);
    }
    int status = 0;
    waitpid(grandchild, &status, 0);
    _exit(status == 0 ? 0 : 1);
  }
  _exit(0);
}

void storm(unsigned forks) {
  for (unsigned i = 0; i < forks; ++i) {
    const pid_t child = fork();
    require(child >= 0, "fork");
    if (child == 0)
      be_child(i);
    int status = 0;
    require(waitpid(child, &status, 0) == child && status == 0,
            "a child of fork ends well");
  }
}

void be_vfork_child(int i) {
  const pid_t child = vfork();
  if (child == 0) {
    // What programs do although POSIX does not let them.
    void* const p = hidden(std::malloc(100));
    std::free(p);
    execl("/bin/true", "true", nullptr);
    _exit(i);
  }
  int status = 0;
  require(waitpid(child, &status, 0) == child && status == 0,
          "a child of vfork ends well");
}

void start_others() {
  for (int i = 0; i < 20; ++i) {
    be_vfork_child(i);
    char name[] = "true";
    char* arguments[] = {name, nullptr};
    pid_t child = 0;
    require(
        posix_spawnp(&child, name, nullptr, nullptr, arguments, environ) == 0,
        "posix_spawn");
    int status = 0;
    require(waitpid(child, &status, 0) == child && status == 0,
            "a spawned program ends well");
    std::FILE* const pipe = popen("echo spoken", "r");
    char line[20] = "";
    require(std::fgets(line, sizeof line, pipe) != nullptr &&
                std::string{line} == "spoken\n" && pclose(pipe) == 0,
            "a program at a pipe speaks");
  }
}

void* volatile in_handler = nullptr;

void handle(int) {
  std::free(in_handler);
  in_handler = std::malloc(700);
}

// A handler that interrupts no allocation may allocate.
void allocate_in_handlers() {
  signal(SIGUSR1, handle);
  for (int i = 0; i < 100; ++i)
    raise(SIGUSR1);
  require(is_served(in_handler), "a block of a signal handler");
  std::free(in_handler);
}

}  // namespace

int main() {
  require(is_served(hidden(std::malloc(1))), "tarn serves");
  std::thread one{work, 1, -1};
  std::thread other{work, 2, -1};
  storm(60);
  start_others();
  allocate_in_handlers();
  is_over = true;
  one.join();
  other.join();
  return 0;
}
