# Full disks, read-only disks, folders taken away, readers that stand still, clocks that jump.
add_executable(store_load ${CMAKE_CURRENT_LIST_DIR}/store_load.c)
yishi_target(store_load)
target_link_libraries(store_load PRIVATE ys_node)

add_library(false_clock MODULE ${CMAKE_CURRENT_LIST_DIR}/false_clock.c)
yishi_target(false_clock)

# 77: the machine lets nobody mount anything, or some of it; said in one line a test.
set(yishi_disk_tests test_disk test_readers)
if(YISHI_PROFILE MATCHES "release|debug") # a sanitizer must be loaded before the false clock
  list(APPEND yishi_disk_tests test_clock)
endif()
foreach(name IN LISTS yishi_disk_tests)
  add_test(NAME crash.${name} COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_LIST_DIR}/${name}.py)
  set_tests_properties(crash.${name} PROPERTIES LABELS crash TIMEOUT 600 SKIP_RETURN_CODE 77
    ENVIRONMENT "YISHI_BIN=$<TARGET_FILE:yishi>;YISHI_STORE_TOOL=$<TARGET_FILE:store_tool>;YISHI_STORE_LOAD=$<TARGET_FILE:store_load>;YISHI_FALSE_CLOCK=$<TARGET_FILE:false_clock>")
endforeach()
