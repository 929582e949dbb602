# take.cmake - takes the code out of documents, into the folder `taken`; who
# compiles it is in `users`. Needs Python.
# SPDX-License-Identifier: MIT
set(documents "${PROJECT_SOURCE_DIR}/README.md")
foreach(name IN ITEMS choosing contract fixed stats)
  list(APPEND documents "${PROJECT_SOURCE_DIR}/docs/${name}.md")
endforeach()
set(taken "${CMAKE_CURRENT_BINARY_DIR}/taken")
file(GLOB users CONFIGURE_DEPENDS
  "${CMAKE_CURRENT_LIST_DIR}/snippets/*.cpp"
  "${CMAKE_CURRENT_LIST_DIR}/snippets/*.c")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${documents}
  "${CMAKE_CURRENT_LIST_DIR}/snippets.py" ${users})
execute_process(COMMAND "${Python3_EXECUTABLE}"
  "${CMAKE_CURRENT_LIST_DIR}/snippets.py" "${taken}" ${documents}
  OUTPUT_QUIET COMMAND_ERROR_IS_FATAL ANY)
