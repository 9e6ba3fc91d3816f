# Tests of crypto/.
add_library(yishi_test_crypto STATIC ${PROJECT_SOURCE_DIR}/tests/support/tree_model.c
                                     ${PROJECT_SOURCE_DIR}/tests/support/signers.c
                                     ${PROJECT_SOURCE_DIR}/tests/support/vectors.c)
yishi_target(yishi_test_crypto)
target_compile_definitions(yishi_test_crypto
                           PRIVATE YS_VECTORS_DIR="${PROJECT_SOURCE_DIR}/tests/vectors")
target_link_libraries(yishi_test_crypto PUBLIC ys_crypto PkgConfig::JANSSON PkgConfig::CMOCKA)

yishi_unit_test(test_base64 yishi_test_crypto)
yishi_unit_test(test_bundle yishi_test_crypto)
yishi_unit_test(test_bytes yishi_test_crypto)
yishi_unit_test(test_checkpoint yishi_test_crypto)
yishi_unit_test(test_err yishi_test_crypto)
yishi_unit_test(test_fork yishi_test_crypto)
yishi_unit_test(test_frontier yishi_test_crypto)
yishi_unit_test(test_hash yishi_test_crypto)
yishi_unit_test(test_key yishi_test_crypto)
yishi_unit_test(test_keyfile yishi_test_crypto)
yishi_unit_test(test_note yishi_test_crypto)
yishi_unit_test(test_proof yishi_test_crypto)
yishi_unit_test(test_tile yishi_test_crypto)
target_compile_definitions(test_hash PRIVATE YS_TEST_SHA256="${YISHI_SHA256}")
