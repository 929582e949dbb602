#include "interleave/seeded.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

namespace tarn::interleave {
bool is(const char* name, const char* wanted) {
  return std::strcmp(name, wanted) == 0;
}

void relax(Operation& operation, const char* name, const char* wanted,
           Operation::Kind kind) {
  if (is(name, wanted) && operation.kind == kind)
    operation.order = __ATOMIC_RELAXED;
}

bool tell(std::size_t count, std::size_t enough) {
  std::printf("%zu interleavings\n", count);
  if (count < enough)
    std::fprintf(stderr, "fewer than %zu\n", enough);
  return count >= enough;
}

bool find_seeded(std::span<const Seeded> bugs) {
  bool are_found = true;
  for (const Seeded& bug : bugs) {
    std::fflush(nullptr);
    const pid_t child = fork();
    if (child == 0) {
      const int nowhere = open("/dev/null", O_WRONLY);
      dup2(nowhere, STDOUT_FILENO);
      dup2(nowhere, STDERR_FILENO);
      tamper_with(bug.tamper);
      bug.explore_all();
      _exit(0);
    }
    int status = 0;
    waitpid(child, &status, 0);
    // A search that dies, or contradicts itself, has found nothing.
    const bool is_found =
        WIFEXITED(status) && WEXITSTATUS(status) == exit_found;
    std::printf("%s: %s\n", is_found ? "found" : "NOT FOUND", bug.what);
    if (!is_found)
      std::fprintf(stderr, "not found: %s\n", bug.what);
    are_found = are_found && is_found;
  }
  return are_found;
}

}  // namespace tarn::interleave
