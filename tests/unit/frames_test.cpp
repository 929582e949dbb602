// ONLY linux
#include "check/frames.hpp"

#include "os/modules.hpp"

#include <cstdlib>
#include <cstring>
#include <doctest/doctest.h>
#include <string>
#include <unistd.h>

namespace tarn::check {
namespace {

std::string frame(unsigned number, std::uintptr_t behind) {
  base::Line line;
  write_frame(line, number, behind);
  return line.text();
}

std::uintptr_t own_code() {
  return reinterpret_cast<std::uintptr_t>(&own_code);
}

std::string own_path() {
  char path[4096];
  const ssize_t size = readlink("/proc/self/exe", path, sizeof path);
  return {path, static_cast<std::size_t>(size)};
}

TEST_CASE("A frame of the program is told by its path and the file's address") {
  os::Module module;
  REQUIRE(os::find_module(own_code(), module));
  const std::string text = frame(3, own_code() + 1);
  CHECK(text.rfind("#3 " + own_path() + "+0x", 0) == 0);
  const std::size_t plus = text.rfind("+0x");
  const auto place = std::strtoull(text.c_str() + plus + 3, nullptr, 16);
  CHECK(place + module.bias == own_code());
  CHECK(text.find(" (", plus) != std::string::npos);
  CHECK(text.back() == ')');
}

TEST_CASE("A frame of a library is told by the library's path") {
  const auto place = reinterpret_cast<std::uintptr_t>(&std::strtoull);
  CHECK(frame(0, place + 1).find("/libc.so") != std::string::npos);
}

TEST_CASE("An address of no file is told as such") {
  int on_the_stack = 0;
  const auto place = reinterpret_cast<std::uintptr_t>(&on_the_stack);
  CHECK(frame(1, place).rfind("#1 0x", 0) == 0);
  CHECK(frame(1, 1) == "#1 0x0");
}

}  // namespace
}  // namespace tarn::check
