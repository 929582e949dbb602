#include "os/maps.hpp"

#include "os/linux/maps_file.hpp"

#include <errno.h>

namespace tarn::os {
namespace {

// Skips fields that blanks part; the byte that ended it.
char skip_fields(MapsFile& maps, int fields) noexcept {
  char c = ' ';
  while (fields-- > 0) {
    while ((c = maps.next()) != ' ' && c != '\n' && c != '\0') {
    }
    if (c != ' ')
      break;
  }
  return c;
}

enum class Path : unsigned char { none, same, other };

// The path at the end of a line, which may be longer than the room. Where there
// is none, the one that is there already stays.
Path read_path(MapsFile& maps, char behind, char* path) noexcept {
  while (behind == ' ')
    behind = maps.next();
  if (behind == '\n' || behind == '\0')
    return Path::none;
  bool is_same = true;
  std::size_t size = 0;
  for (; behind != '\n' && behind != '\0'; behind = maps.next()) {
    if (size + 1 == Mapping::longest_path)
      continue;
    is_same = is_same && path[size] == behind;
    path[size++] = behind;
  }
  is_same = is_same && path[size] == '\0';
  path[size] = '\0';
  return is_same ? Path::same : Path::other;
}

// BEGIN-END ACCESS OFFSET DEVICE INODE PATH; false at the end.
bool read_line(MapsFile& maps, Mapping& mapping) noexcept {
  char c = '\0';
  const std::uintptr_t former_end = mapping.end;
  mapping.begin = maps.next_number(c);
  if (c != '-')
    return false;
  mapping.end = maps.next_number(c);
  constexpr int fields_between = 4;
  c = skip_fields(maps, fields_between);
  const Path path = read_path(maps, c, mapping.path);
  // Zeros that a file asks for lie behind it, and have no path.
  const bool is_behind = path == Path::none && mapping.begin == former_end;
  if (path == Path::none && !is_behind)
    mapping.path[0] = '\0';
  if (path == Path::other || mapping.path[0] == '\0')
    mapping.file_begin = mapping.begin;
  return true;
}

}  // namespace

bool find_mapping(std::uintptr_t place, Mapping& mapping) noexcept {
  const int before = errno;
  mapping.path[0] = '\0';
  MapsFile maps;
  bool is_found = false;
  while (!is_found && read_line(maps, mapping) && mapping.begin <= place)
    is_found = place < mapping.end;
  errno = before;
  return is_found;
}

}  // namespace tarn::os
