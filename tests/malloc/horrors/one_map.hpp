// one_map.hpp - a program's or a plugin's own use of libtarn.so.
#pragma once

/// Null, or what does not hold.
extern "C" const char* find_fault_in_one_map();
