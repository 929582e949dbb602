#include "os/maps.hpp"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

namespace tarn::os {
namespace {

class Maps {
 public:
  Maps() noexcept : file_(open("/proc/self/maps", O_RDONLY | O_CLOEXEC)) {}
  ~Maps() {
    if (file_ >= 0)
      close(file_);
  }
  Maps(const Maps&) = delete;
  Maps& operator=(const Maps&) = delete;

  /// The next byte; 0 at the end.
  char next() noexcept {
    if (at_ == size_ && !fill())
      return '\0';
    return text_[at_++];
  }

 private:
  bool fill() noexcept {
    ssize_t got = -1;
    do
      got = file_ < 0 ? 0 : read(file_, text_, sizeof text_);
    while (got < 0 && errno == EINTR);
    at_ = 0;
    size_ = got < 0 ? 0 : static_cast<std::size_t>(got);
    return size_ != 0;
  }

  int file_;
  std::size_t at_ = 0;
  std::size_t size_ = 0;
  char text_[1024];
};

std::uintptr_t digit(char c) noexcept {
  return static_cast<std::uintptr_t>(c <= '9' ? c - '0' : c - 'a' + 10);
}

// Reads a hexadecimal number and the byte behind it.
std::uintptr_t read_number(Maps& maps, char& behind) noexcept {
  std::uintptr_t number = 0;
  for (behind = maps.next();
       (behind >= '0' && behind <= '9') || (behind >= 'a' && behind <= 'f');
       behind = maps.next())
    number = number * 16 + digit(behind);
  return number;
}

// Skips fields that blanks part; the byte that ended it.
char skip_fields(Maps& maps, int fields) noexcept {
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
Path read_path(Maps& maps, char behind, char* path) noexcept {
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
bool read_line(Maps& maps, Mapping& mapping) noexcept {
  char c = '\0';
  const std::uintptr_t former_end = mapping.end;
  mapping.begin = read_number(maps, c);
  if (c != '-')
    return false;
  mapping.end = read_number(maps, c);
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
  Maps maps;
  bool is_found = false;
  while (!is_found && read_line(maps, mapping) && mapping.begin <= place)
    is_found = place < mapping.end;
  errno = before;
  return is_found;
}

}  // namespace tarn::os
