// type_information.hpp - for a file that defines the functions of a class with
// virtual ones.
//
// The compiler writes such a class's type information beside them, which points
// into the C++ runtime. Programs that ask for a type at run time (-fsanitize=
// vptr does) have that runtime; a C program under the malloc door must not get
// it for our sake. So what is pointed to may be missing.
//
// Threads  none; there is nothing here at run time.
// SPDX-License-Identifier: MIT
#pragma once

#if defined(__GXX_RTTI) && defined(__ELF__)
__asm__(
    ".weak _ZTVN10__cxxabiv117__class_type_infoE\n"
    ".weak _ZTVN10__cxxabiv120__si_class_type_infoE");
#endif
