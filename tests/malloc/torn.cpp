// A program whose segments do not touch, which the loader knows in pieces (the
// link option is in CMakeLists.txt): a report names its calls all the same.
#include "malloc/served.hpp"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <sys/wait.h>
#include <unistd.h>

namespace {

[[gnu::noinline]] void write_behind() {
  constexpr std::size_t size = 10;
  void* const block = hidden(std::malloc(size));
  static_cast<volatile char*>(block)[size] = 'x';
  std::free(block);
}

std::string read_all(int from) {
  std::string text;
  char some[4096];
  for (ssize_t size; (size = read(from, some, sizeof some)) > 0;)
    text.append(some, static_cast<std::size_t>(size));
  return text;
}

}  // namespace

int main(int, char** argv) {
  int ends[2];
  if (pipe(ends) != 0)
    return 2;
  const pid_t child = fork();
  if (child == 0) {
    dup2(ends[1], STDERR_FILENO);
    write_behind();
    _exit(0);
  }
  close(ends[1]);
  const std::string report = read_all(ends[0]);
  waitpid(child, nullptr, 0);
  const char* const slash = std::strrchr(argv[0], '/');
  const std::string name =
      std::string{slash != nullptr ? slash + 1 : argv[0]} + "+0x";
  const std::size_t first = report.find(name);
  // write_behind() and main().
  if (first != std::string::npos &&
      report.find(name, first + 1) != std::string::npos)
    return 0;
  std::printf("no calls of %s in:\n%s", name.c_str(), report.c_str());
  return 1;
}
