// Preloaded beside the door: at the end of the process it writes whether malloc
// is served, how many times bins were refilled, and the program.
#include "malloc/served.hpp"

#include <cerrno>
#include <cstdio>
#include <fcntl.h>
#include <unistd.h>

namespace {

// What stands before " refills" in tarn's own words.
long refills() {
  static char text[64 << 10];
  auto* const stats = named<std::size_t(int, char*, std::size_t)>("tarn_stats");
  if (stats == nullptr)
    return 0;
  constexpr int as_text = 0;
  stats(as_text, text, sizeof text);
  const char* at = std::strstr(text, " refills");
  while (at != nullptr && at > text && at[-1] >= '0' && at[-1] <= '9')
    --at;
  return at == nullptr ? 0 : std::atol(at);
}

__attribute__((destructor)) void tell() {
  const char* const path = std::getenv("TARN_WITNESS");
  const int file =
      path == nullptr ? -1 : open(path, O_WRONLY | O_CREAT | O_APPEND, 0600);
  if (file < 0)
    return;
  void* const p = hidden(std::malloc(100));
  char line[200];
  const int size = std::snprintf(line, sizeof line, "%s %ld %.99s\n",
                                 is_served(p) ? "served" : "not_served",
                                 refills(), program_invocation_short_name);
  const ssize_t written = write(file, line, static_cast<std::size_t>(size));
  static_cast<void>(written);
  close(file);
  std::free(p);
}

}  // namespace
