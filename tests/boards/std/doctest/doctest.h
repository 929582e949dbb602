// doctest.h - what our tests use of doctest, for a board: cases one after the
// other, each check counted, a line for each that does not hold.
//
// Without exceptions REQUIRE cannot leave a case, so it ends the program.
// SUBCASE knows one level.
//
// Threads  confined.
// SPDX-License-Identifier: MIT
#pragma once

namespace doctest {

struct skip {
  explicit constexpr skip(bool is_asked) : is_asked_(is_asked) {}
  bool is_asked_;
};
/// No name: not run.
constexpr const char* operator*(const char* name, skip of_it) {
  return of_it.is_asked_ ? nullptr : name;
}

}  // namespace doctest

namespace board_test {

struct Case {
  Case(const char* its_name, void (*its_function)());
  const char* name;  // null: skipped
  void (*function)();
  Case* next = nullptr;
};

/// Counts it, and tells it where it does not hold.
bool check(bool holds, const char* what, const char* file, int line);
[[noreturn]] void end_early();

/// Whether this run of the case is the one for the subcase that is met now.
bool enters_subcase();

template <class... Types, class Function>
int add_each(const char* name, Function) {
  (static_cast<void>(
       new Case{name, [] { Function{}.template operator()<Types>(); }}),
   ...);
  return 0;
}

}  // namespace board_test

#define BOARD_JOIN_(a, b) a##b
#define BOARD_JOIN(a, b) BOARD_JOIN_(a, b)
#define BOARD_NAME(what) BOARD_JOIN(board_##what##_, __LINE__)

#define TEST_CASE(name)                                            \
  static void BOARD_NAME(run)();                                   \
  static board_test::Case BOARD_NAME(case){name, BOARD_NAME(run)}; \
  static void BOARD_NAME(run)()
#define TEST_CASE_FIXTURE(fixture, name)                                       \
  namespace {                                                                  \
  struct BOARD_NAME(fixed) : fixture {                                         \
    void run();                                                                \
  };                                                                           \
  }                                                                            \
  static board_test::Case BOARD_NAME(case){name,                               \
                                           [] { BOARD_NAME(fixed){}.run(); }}; \
  void BOARD_NAME(fixed)::run()
#define TEST_CASE_TEMPLATE(name, Type, ...)                     \
  template <class Type>                                         \
  static void BOARD_NAME(run)();                                \
  [[maybe_unused]] static const int BOARD_NAME(case) =          \
      board_test::add_each<__VA_ARGS__>(                        \
          name, []<class Each>() { BOARD_NAME(run)<Each>(); }); \
  template <class Type>                                         \
  static void BOARD_NAME(run)()

#define CHECK(...)                                                    \
  static_cast<void>(board_test::check(static_cast<bool>(__VA_ARGS__), \
                                      #__VA_ARGS__, __FILE__, __LINE__))
#define CHECK_FALSE(...) CHECK(!(__VA_ARGS__))
#define REQUIRE(...)                                                         \
  (board_test::check(static_cast<bool>(__VA_ARGS__), #__VA_ARGS__, __FILE__, \
                     __LINE__)                                               \
       ? static_cast<void>(0)                                                \
       : board_test::end_early())
#define REQUIRE_FALSE(...) REQUIRE(!(__VA_ARGS__))
#define SUBCASE(name) if (board_test::enters_subcase())
#define CAPTURE(...) static_cast<void>(0)
