// own_text.hpp - marks where the code of one of our source files begins and
// ends, so that tarn knows its own code in a program that it is linked into.
//
// The build includes it in front of every source file. A label stands at the
// beginning of the object's code, one in its last subsection; the pairs of all
// objects are gathered by the linker, as distances, which need no relocation.
// Code apart from that (inline functions, sections for each function) is not
// marked; the shared libraries are known by their names.
//
// SPDX-License-Identifier: MIT
#pragma once

#if defined(__ELF__) && defined(__GNUC__)
// clang-format off
__asm__(
    ".text\n"
    ".Ltarn_text_begin:\n"
    ".subsection 8191\n"
    ".Ltarn_text_end:\n"
    ".section .text.unlikely,\"ax\",%progbits\n"
    ".Ltarn_cold_begin:\n"
    ".subsection 8191\n"
    ".Ltarn_cold_end:\n"
    ".section tarn_text,\"a\",%progbits\n"
    ".balign 4\n"
    ".long .Ltarn_text_begin - .\n"
    ".long .Ltarn_text_end - .\n"
    ".long .Ltarn_cold_begin - .\n"
    ".long .Ltarn_cold_end - .\n"
    ".text\n");
// clang-format on
#endif
