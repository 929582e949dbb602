# TarnInstall.cmake - what `cmake --install` puts where. Components: runtime,
# development, and tools, which tools/CMakeLists.txt fills.
# SPDX-License-Identifier: MIT
include(CMakePackageConfigHelpers)

set(package "${CMAKE_INSTALL_LIBDIR}/cmake/tarn")
set(libraries tarn_static)
foreach(other IN ITEMS tarn_shared tarn_malloc tarn_malloc_static)
  if(TARGET ${other})
    list(APPEND libraries ${other})
  endif()
endforeach()

install(TARGETS ${libraries} EXPORT tarn-targets
  LIBRARY COMPONENT runtime NAMELINK_COMPONENT development
  ARCHIVE COMPONENT development)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/include/tarn"
  DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}" COMPONENT development)
install(EXPORT tarn-targets NAMESPACE tarn:: DESTINATION "${package}"
  COMPONENT development)

configure_package_config_file("${PROJECT_SOURCE_DIR}/cmake/tarn-config.cmake.in"
  "${PROJECT_BINARY_DIR}/tarn-config.cmake" INSTALL_DESTINATION "${package}")
write_basic_package_version_file("${PROJECT_BINARY_DIR}/tarn-config-version.cmake"
  COMPATIBILITY SameMinorVersion)
install(FILES "${PROJECT_BINARY_DIR}/tarn-config.cmake"
  "${PROJECT_BINARY_DIR}/tarn-config-version.cmake" DESTINATION "${package}"
  COMPONENT development)

# The prefix is told from where the .pc file lies, however deep libdir is, so
# that an installed tree can be moved.
set(pc_folder "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
cmake_path(IS_ABSOLUTE CMAKE_INSTALL_LIBDIR is_absolute)
if(is_absolute)
  set(TARN_PC_PREFIX "${CMAKE_INSTALL_PREFIX}")
else()
  file(RELATIVE_PATH up "/prefix/${pc_folder}" "/prefix")
  string(REGEX REPLACE "/$" "" up "${up}")
  set(TARN_PC_PREFIX "\${pcfiledir}/${up}")
endif()
foreach(kind IN ITEMS INCLUDE LIB)
  cmake_path(APPEND TARN_PC_${kind} "\${prefix}" "${CMAKE_INSTALL_${kind}DIR}")
endforeach()
# Of static programs; call stacks are found by an index that g++ leaves out.
set(TARN_PC_STATIC "-pthread -lstdc++")
if(TARN_OS STREQUAL linux)
  string(APPEND TARN_PC_STATIC " -Wl,--eh-frame-hdr")
endif()
set(pc_files tarn.pc)
if(TARGET tarn_malloc_static)
  list(APPEND pc_files tarn-malloc.pc)
endif()
foreach(file IN LISTS pc_files)
  configure_file("${PROJECT_SOURCE_DIR}/cmake/${file}.in"
    "${PROJECT_BINARY_DIR}/${file}" @ONLY)
  install(FILES "${PROJECT_BINARY_DIR}/${file}" DESTINATION "${pc_folder}"
    COMPONENT development)
endforeach()
