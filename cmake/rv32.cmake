# rv32.cmake - objects for a 32-bit RISC-V core without an operating system.
# Debian: gcc-riscv64-unknown-elf, which has no C++ headers of its own; those
# few that a freestanding program may include (<cstddef>, <new>, <atomic>, ...)
# are the same text for every 32-bit core, so Arm's are read:
# libstdc++-arm-none-eabi-dev.
# SPDX-License-Identifier: MIT
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR rv32)
set(CMAKE_C_COMPILER riscv64-unknown-elf-gcc)
set(CMAKE_CXX_COMPILER riscv64-unknown-elf-g++)
file(GLOB headers /usr/include/newlib/c++/*/cstddef)
if(NOT headers)
  message(FATAL_ERROR
    "C++ headers are missing: apt-get install libstdc++-arm-none-eabi-dev")
endif()
list(GET headers 0 header)
get_filename_component(headers "${header}" DIRECTORY)
if(NOT architecture)
  set(architecture rv32imac)
endif()
set(core "-march=${architecture} -mabi=ilp32")
set(CMAKE_C_FLAGS_INIT "${core}")
set(CMAKE_CXX_FLAGS_INIT "${core} -isystem ${headers} \
-isystem ${headers}/arm-none-eabi/thumb/v7-m/nofp")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
