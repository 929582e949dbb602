// library.hpp - what a library of the horrors shows.
#pragma once

#include <cstddef>

/// malloc and free as this library's calls find them.
extern "C" void* library_block(std::size_t size);
extern "C" void library_free(void* p);
