# TarnInstallTools.cmake - the tarn command with all that it runs and reads, as
# the component tools. It finds its parts beside itself and its requests in
# ../share, so links lead there from where other programs and data are.
# SPDX-License-Identifier: MIT
set(own "${CMAKE_INSTALL_LIBEXECDIR}/tarn")

# Every program and module of tools/, but those that are made of tests.
set(parts "")
set(folders "${PROJECT_SOURCE_DIR}/tools")
get_directory_property(below DIRECTORY "${folders}" SUBDIRECTORIES)
foreach(folder IN LISTS folders below)
  get_directory_property(targets DIRECTORY "${folder}" BUILDSYSTEM_TARGETS)
  foreach(target IN LISTS targets)
    get_target_property(type ${target} TYPE)
    get_target_property(sources ${target} SOURCES)
    if(type MATCHES "^(EXECUTABLE|MODULE_LIBRARY)$" AND
        NOT sources MATCHES "/tests/")
      list(APPEND parts ${target})
    endif()
  endforeach()
endforeach()
install(TARGETS ${parts}
  RUNTIME DESTINATION "${own}/bin" COMPONENT tools
  LIBRARY DESTINATION "${own}/bin" COMPONENT tools)
install(DIRECTORY "${PROJECT_SOURCE_DIR}/corpus"
  DESTINATION "${CMAKE_INSTALL_DATADIR}/tarn" COMPONENT tools
  PATTERN .gitattributes EXCLUDE)

set(links "${PROJECT_BINARY_DIR}/links")
file(RELATIVE_PATH to_command "/${CMAKE_INSTALL_BINDIR}" "/${own}/bin/tarn")
file(RELATIVE_PATH to_data "/${own}" "/${CMAKE_INSTALL_DATADIR}")
file(MAKE_DIRECTORY "${links}")
file(CREATE_LINK "${to_command}" "${links}/tarn" SYMBOLIC)
file(CREATE_LINK "${to_data}" "${links}/share" SYMBOLIC)
install(FILES "${links}/tarn" DESTINATION "${CMAKE_INSTALL_BINDIR}"
  COMPONENT tools)
install(FILES "${links}/share" DESTINATION "${own}" COMPONENT tools)

file(GLOB pages CONFIGURE_DEPENDS "${PROJECT_SOURCE_DIR}/docs/man/*.1")
install(FILES ${pages} DESTINATION "${CMAKE_INSTALL_MANDIR}/man1"
  COMPONENT tools)
