# Tests of proto/.
add_library(yishi_test_pb STATIC ${PROJECT_SOURCE_DIR}/tests/support/pb.c)
yishi_target(yishi_test_pb)
target_link_libraries(yishi_test_pb PUBLIC ys_crypto)

foreach(name arena body division field join json kind message moment name record root text)
  yishi_unit_test(test_${name} ys_proto yishi_test_pb)
endforeach()
