# package_documents.cmake - run by CPack for each package before it is closed:
# Debian wants the licence and the changes in /usr/share/doc/PACKAGE, manual pages
# compressed, and a reason wherever its own checks (lintian) are not heeded.
# SPDX-License-Identifier: MIT

# compress(FILE) - without its time, so that a package is the same every time.
function(compress file)
  execute_process(COMMAND gzip -9nf "${file}" COMMAND_ERROR_IS_FATAL ANY)
endfunction()

set(source "${CMAKE_CURRENT_LIST_DIR}/..")
# SOURCE_DATE_EPOCH makes it the same every time, too.
string(TIMESTAMP day "%a, %d %b %Y %H:%M:%S +0000" UTC)
if(CPACK_TARN_HAS_NO_MAINTAINER)
  message(NOTICE "tarn: these packages name no maintainer; before you give them "
    "to others, configure with DEBFULLNAME and DEBEMAIL set")
endif()
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
  set(name "${CPACK_DEBIAN_${upper}_PACKAGE_NAME}")
  set(release "${CPACK_PACKAGE_VERSION}-${CPACK_DEBIAN_PACKAGE_RELEASE}")
  file(WRITE "${folder}/changelog.Debian"
    "tarn (${release}) unstable; urgency=medium\n\n"
    "  * Made by CPack from tarn ${CPACK_PACKAGE_VERSION}.\n\n"
    " -- ${CPACK_PACKAGE_CONTACT}  ${day}\n")
  compress("${folder}/changelog.Debian")
  set(reasons "${source}/packaging/debian/${name}.overrides")
  if(EXISTS "${reasons}")
    configure_file("${reasons}" "${tree}/share/lintian/overrides/${name}" COPYONLY)
  endif()
  file(GLOB pages "${tree}/share/man/man1/*.1")
  foreach(page IN LISTS pages)
    compress("${page}")
  endforeach()
  file(CHMOD_RECURSE "${tree}/share" FILE_PERMISSIONS
    OWNER_READ OWNER_WRITE GROUP_READ WORLD_READ DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE
    WORLD_READ WORLD_EXECUTE)
endforeach()
