# Tests of proto/.
add_library(yishi_test_pb STATIC ${PROJECT_SOURCE_DIR}/tests/support/pb.c)
yishi_target(yishi_test_pb)
target_link_libraries(yishi_test_pb PUBLIC ys_crypto)

yishi_unit_test(test_arena ys_proto yishi_test_pb)
yishi_unit_test(test_body ys_proto yishi_test_pb)
yishi_unit_test(test_division ys_proto yishi_test_pb)
yishi_unit_test(test_field ys_proto yishi_test_pb)
yishi_unit_test(test_join ys_proto yishi_test_pb)
yishi_unit_test(test_json ys_proto yishi_test_pb)
yishi_unit_test(test_kind ys_proto yishi_test_pb)
yishi_unit_test(test_message ys_proto yishi_test_pb)
yishi_unit_test(test_moment ys_proto yishi_test_pb)
yishi_unit_test(test_name ys_proto yishi_test_pb)
yishi_unit_test(test_path ys_proto yishi_test_pb)
yishi_unit_test(test_record ys_proto yishi_test_pb)
yishi_unit_test(test_root ys_proto yishi_test_pb)
yishi_unit_test(test_text ys_proto yishi_test_pb)
yishi_unit_test(test_token ys_proto)

yishi_unit_test(test_formats ys_proto)
target_compile_definitions(test_formats
                           PRIVATE YS_FORMATS_PATH="${PROJECT_SOURCE_DIR}/proto/FORMATS.md")
