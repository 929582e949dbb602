# cortex-m.cmake - objects for an Arm Cortex-M without an operating system; the
# files beside it say for which. Debian: gcc-arm-none-eabi,
# libstdc++-arm-none-eabi-dev (headers only).
# SPDX-License-Identifier: MIT
set(CMAKE_SYSTEM_NAME Generic)
set(CMAKE_SYSTEM_PROCESSOR ${core})
set(CMAKE_C_COMPILER arm-none-eabi-gcc)
set(CMAKE_CXX_COMPILER arm-none-eabi-g++)
set(CMAKE_C_FLAGS_INIT "-mcpu=${core} -mthumb")
set(CMAKE_CXX_FLAGS_INIT "-mcpu=${core} -mthumb")
set(CMAKE_TRY_COMPILE_TARGET_TYPE STATIC_LIBRARY)
