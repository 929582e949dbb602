# package_documents.cmake - run by CPack for each package before it is closed:
# Debian wants the licence and the changes in /usr/share/doc/PACKAGE, and manual
# pages compressed.
# SPDX-License-Identifier: MIT

# compress(FILE) - without its time, so that a package is the same every time.
function(compress file)
  execute_process(COMMAND gzip -9nf "${file}" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(source "${CMAKE_CURRENT_LIST_DIR}/..")
foreach(component IN LISTS CPACK_COMPONENTS_ALL)
  string(TOUPPER ${component} upper)
  set(tree "${CPACK_TEMPORARY_DIRECTORY}/${component}/usr")
  if(NOT EXISTS "${tree}")
    continue()
  endif()
  set(folder "${tree}/share/doc/${CPACK_DEBIAN_${upper}_PACKAGE_NAME}")
  file(MAKE_DIRECTORY "${folder}")
  configure_file("${source}/LICENSE" "${folder}/copyright" COPYONLY)
  configure_file("${source}/CHANGELOG.md" "${folder}/changelog" COPYONLY)
  compress("${folder}/changelog")
  file(GLOB pages "${tree}/share/man/man1/*.1")
  foreach(page IN LISTS pages)
    compress("${page}")
  endforeach()
  file(CHMOD_RECURSE "${tree}/share/doc" FILE_PERMISSIONS
    OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
    WORLD_READ WORLD_EXECUTE)
endforeach()
