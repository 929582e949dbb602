// What file_descriptor.hpp promises.
#include "tarn/file_descriptor.hpp"

#include "tarn/region.hpp"

#include "support/counting_upstream.hpp"

#include <doctest/doctest.h>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

using tarn::FileDescriptor;
using tarn::Region;
using tarn::test::CountingUpstream;

namespace {

int open_one() {
  const int number = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
  REQUIRE(number >= 0);
  return number;
}

bool is_open(int number) {
  return ::fcntl(number, F_GETFD) != -1;
}

}  // namespace

TEST_CASE("a file descriptor is closed at its end") {
  const int number = open_one();
  {
    const FileDescriptor file{number};
    CHECK(file.get() == number);
    CHECK(file);
    CHECK(is_open(number));
  }
  CHECK_FALSE(is_open(number));
}

TEST_CASE("a negative number is none") {
  const FileDescriptor none{-1};
  CHECK_FALSE(none);
  CHECK(FileDescriptor{0}.release() == 0);
}

TEST_CASE("moving leaves none behind, release gives the number up") {
  const int number = open_one();
  FileDescriptor first{number};
  FileDescriptor second{std::move(first)};
  CHECK_FALSE(first);
  CHECK(second.get() == number);
  const int other = open_one();
  FileDescriptor third{other};
  third = std::move(second);
  CHECK(third.get() == number);
  CHECK(third.release() == number);
  CHECK_FALSE(third);
  CHECK(is_open(number));
  ::close(number);
}

TEST_CASE("a region that adopts a file closes it at reset") {
  CountingUpstream upstream;
  const int number = open_one();
  Region region{upstream};
  REQUIRE(region.adopt(FileDescriptor{number}));
  CHECK(is_open(number));
  region.reset();
  CHECK_FALSE(is_open(number));
}

TEST_CASE("a file that could not be adopted is still the caller's") {
  CountingUpstream upstream{0};
  Region region{upstream};
  FileDescriptor file{open_one()};
  CHECK_FALSE(region.adopt(std::move(file)));
  CHECK(file);
  CHECK(is_open(file.get()));
}
