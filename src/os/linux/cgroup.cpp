// Each line of the membership is `number:controllers:path`; in version 2 there
// is one, `0::path`. In a container the path often names a group that is not
// mounted there: then the walk up ends at the root, which is the container's.
#include "os/cgroup.hpp"

#include "base/number.hpp"
#include "base/text.hpp"
#include "os/file.hpp"

#include <cstddef>

namespace tarn::os {
namespace {

// Enough for the lines of a dozen controllers with paths as systemd makes them.
constexpr std::size_t longest_file = 4096;
constexpr std::size_t longest_path = 400;

// What version 1 says where there is no limit is a little below 2^63.
constexpr std::uint64_t beyond_all_memory = std::uint64_t{1} << 60;

const char* next_line(const char* text) noexcept {
  while (*text != '\0' && *text != '\n')
    ++text;
  return *text == '\0' ? text : text + 1;
}

// Whether `word` is one of the controllers between the colons of a line.
bool has_controller(const char* line, const char* word) noexcept {
  const std::size_t size = __builtin_strlen(word);
  while (*line != ':' && *line != '\n' && *line != '\0')
    ++line;
  while (*line == ':' || *line == ',') {
    ++line;
    if (base::begins_with(line, word) &&
        (line[size] == ':' || line[size] == ','))
      return true;
    while (*line != ',' && *line != ':' && *line != '\n' && *line != '\0')
      ++line;
    if (*line == ':')
      return false;
  }
  return false;
}

// The path of a line into `path`, without a slash at its end.
std::size_t copy_path(const char* line, char* path) noexcept {
  for (int colons = 0; colons < 2 && *line != '\n' && *line != '\0'; ++line)
    colons += *line == ':' ? 1 : 0;
  std::size_t size = 0;
  for (; *line != '\n' && *line != '\0' && size + 1 < longest_path; ++line)
    path[size++] = *line;
  while (size != 0 && path[size - 1] == '/')
    --size;
  path[size] = '\0';
  return size;
}

// The smaller of `least` and the number in the file.
void lower(std::uint64_t& least, const char* folder, const char* path,
           const char* file) noexcept {
  base::Line name;
  name << folder << path << "/" << file;
  char text[64];
  const char* at = text;
  std::uint64_t number = 0;
  if (read_start(name.text(), text, sizeof text) &&
      base::read_number(at, number) && number < beyond_all_memory &&
      number < least)
    least = number;
}

// Of the group at `path` and of all around it.
void lower_all(GroupLimits& limits, const char* folder, char* path,
               std::size_t size, const char* high, const char* max) noexcept {
  for (;;) {
    lower(limits.high, folder, path, high);
    lower(limits.max, folder, path, max);
    if (size == 0)
      return;
    while (size != 0 && path[size - 1] != '/')
      --size;
    size -= size != 0 ? 1 : 0;
    path[size] = '\0';
  }
}

}  // namespace

GroupLimits group_limits(const char* membership, const char* root) noexcept {
  GroupLimits limits;
  char text[longest_file];
  char path[longest_path];
  if (!read_start(membership, text, sizeof text))
    return limits;
  for (const char* line = text; *line != '\0'; line = next_line(line)) {
    if (base::begins_with(line, "0::")) {
      const std::size_t size = copy_path(line, path);
      lower_all(limits, root, path, size, "memory.high", "memory.max");
    } else if (has_controller(line, "memory")) {
      base::Line folder;
      folder << root << "/memory";
      const std::size_t size = copy_path(line, path);
      lower_all(limits, folder.text(), path, size, "memory.soft_limit_in_bytes",
                "memory.limit_in_bytes");
    }
  }
  return limits;
}

}  // namespace tarn::os
