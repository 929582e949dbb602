// Two plugins with a tarn of their own each, loaded, used by threads that live
// longer than they do, and unloaded.
#include "malloc/horrors/check.hpp"

#include <atomic>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

namespace {

void use(void* plugin) {
  auto* const function =
      reinterpret_cast<int (*)()>(dlsym(plugin, "use_tarn_inside"));
  require(function() == 0, "the plugin has memory");
}

void come_and_go(const char* one_path, const char* other_path) {
  void* const one = dlopen(one_path, RTLD_NOW | RTLD_LOCAL);
  void* const other = dlopen(other_path, RTLD_NOW | RTLD_LOCAL);
  if (one == nullptr || other == nullptr)
    std::fprintf(stderr, "%s\n", dlerror());
  require(one != nullptr && other != nullptr, "the plugins open");
  std::atomic<int> state{0};
  std::thread longer{[&] {
    use(one);
    use(other);
    state = 1;
    while (state != 2)
      std::this_thread::yield();
    std::free(std::malloc(500));
  }};
  while (state != 1)
    std::this_thread::yield();
  use(one);
  use(other);
  dlclose(other);
  dlclose(one);
  state = 2;
  longer.join();
  const pid_t child = fork();
  if (child == 0) {
    std::free(std::malloc(5000));
    _exit(0);
  }
  int status = 0;
  require(waitpid(child, &status, 0) == child && status == 0,
          "a child after they went");
}

}  // namespace

// The C library loses the thread-local room of such a pair each time
// (glibc 2.36: a ninth pair is refused), whatever it is that has it.
constexpr int rounds = 5;

int main(int, char** arguments) {
  for (int i = 0; i < rounds; ++i) {
    come_and_go(arguments[1], arguments[2]);
    delete new std::string(1000, 'x');
  }
  return 0;
}
