#include "os/file.hpp"

#include <cstdio>
#include <cstring>
#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

namespace tarn::os {
namespace {

// The name beside it tells the process, so that two never write one file.
void name_beside(const char* path, char* into, std::size_t room) noexcept {
  std::snprintf(into, room, "%s.tmp%d", path, getpid());
}

}  // namespace

NewFile::NewFile(const char* path) noexcept : path_(path) {
  constexpr int mode = 0644;
  if (std::strlen(path) > longest_path) {
    error_ = ENAMETOOLONG;
    return;
  }
  name_beside(path, beside_, sizeof beside_);
  file_ = open(beside_, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW,
               mode);
  if (file_ < 0)
    error_ = errno;
}

NewFile::~NewFile() {
  drop();
}

void NewFile::write(const char* text, std::size_t size) noexcept {
  while (size != 0 && file_ >= 0) {
    const ssize_t written = ::write(file_, text, size);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      return fail();
    text += written;
    size -= static_cast<std::size_t>(written);
  }
}

bool NewFile::publish() noexcept {
  if (file_ < 0)
    return false;
  if (rename(beside_, path_) != 0) {
    fail();
    return false;
  }
  close(file_);
  file_ = -1;
  return true;
}

void NewFile::drop_half(const char* path) noexcept {
  char beside[sizeof beside_];
  name_beside(path, beside, sizeof beside);
  unlink(beside);
}

const char* NewFile::why() const noexcept {
  if (error_ == 0)
    return nullptr;
#if defined(__GLIBC__)
  // Unlike strerror it neither allocates nor translates.
  const char* const words = strerrordesc_np(error_);
#else
  const char* const words = strerror(error_);
#endif
  return words == nullptr ? "an error without a name" : words;
}

void NewFile::fail() noexcept {
  error_ = errno;
  drop();
}

void NewFile::drop() noexcept {
  if (file_ < 0)
    return;
  close(file_);
  unlink(beside_);
  file_ = -1;
}

bool append(const char* path, const char* text, std::size_t size) noexcept {
  constexpr int mode = 0644;
  // A pipe at the path shall not hold us up.
  const int file = open(
      path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
      mode);
  if (file < 0)
    return false;
  while (size != 0) {
    const ssize_t written = write(file, text, size);
    if (written < 0 && errno == EINTR)
      continue;
    if (written <= 0)
      break;
    text += written;
    size -= static_cast<std::size_t>(written);
  }
  close(file);
  return size == 0;
}

bool read_start(const char* path, char* text, std::size_t room) noexcept {
  // A pipe at the path shall not hold us up.
  const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0)
    return false;
  const ssize_t size = read(file, text, room - 1);
  close(file);
  text[size < 0 ? 0 : size] = '\0';
  return size > 0;
}

}  // namespace tarn::os
