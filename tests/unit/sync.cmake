# Tests of sync/.
yishi_unit_test(test_meter ys_sync)
yishi_unit_test(test_zap ys_sync)
yishi_unit_test(test_zmq_link ys_sync)
yishi_unit_test(test_zmq_link_hostile ys_sync)
yishi_unit_test(test_zmq_link_storm ys_sync)
foreach(name test_zmq_link test_zmq_link_hostile)
  target_sources(${name} PRIVATE ../support/net.c)
endforeach()

add_library(yishi_test_federation STATIC
  ${PROJECT_SOURCE_DIR}/tests/support/cast.c
  ${PROJECT_SOURCE_DIR}/tests/support/folder.c
  ${PROJECT_SOURCE_DIR}/tests/support/member_twin.c
  ${PROJECT_SOURCE_DIR}/tests/support/scribe.c
  ${PROJECT_SOURCE_DIR}/tests/support/table.c
  ${PROJECT_SOURCE_DIR}/tests/support/tree_model.c
  ${PROJECT_SOURCE_DIR}/tests/support/world.c
  ${PROJECT_SOURCE_DIR}/tests/support/world_check.c
  ${PROJECT_SOURCE_DIR}/tests/support/world_link.c
  ${PROJECT_SOURCE_DIR}/tests/support/world_node.c)
yishi_target(yishi_test_federation)
target_link_libraries(yishi_test_federation PUBLIC ys_sync yishi_test_support)

yishi_unit_test(test_blob yishi_test_federation)
yishi_unit_test(test_change yishi_test_federation)
yishi_unit_test(test_checked_row yishi_test_federation)
yishi_unit_test(test_coverage yishi_test_federation)
yishi_unit_test(test_dispute yishi_test_federation)
yishi_unit_test(test_erasure yishi_test_federation)
yishi_unit_test(test_heads yishi_test_federation)
yishi_unit_test(test_kv yishi_test_federation)
yishi_unit_test(test_kv_room yishi_test_federation)
yishi_unit_test(test_kv_wipe yishi_test_federation)
yishi_unit_test(test_log yishi_test_federation)
yishi_unit_test(test_member yishi_test_federation)
yishi_unit_test(test_member_kept yishi_test_federation)
yishi_unit_test(test_member_observer yishi_test_federation)
yishi_unit_test(test_member_order yishi_test_federation)
yishi_unit_test(test_member_rules yishi_test_federation)
yishi_unit_test(test_recheck yishi_test_crypto ys_sync)
yishi_unit_test(test_receipts yishi_test_federation)
yishi_unit_test(test_refetch yishi_test_federation)
yishi_unit_test(test_rewind yishi_test_federation)
yishi_unit_test(test_session yishi_test_federation)
yishi_unit_test(test_session_blob yishi_test_federation)
target_sources(test_session_blob PRIVATE ../support/pb.c)
yishi_unit_test(test_session_content yishi_test_federation)
target_sources(test_session_content PRIVATE ../support/pb.c)
yishi_unit_test(test_session_content_world yishi_test_federation)
yishi_unit_test(test_status yishi_test_federation)
yishi_unit_test(test_store yishi_test_federation)
yishi_unit_test(test_succession yishi_test_federation)
yishi_unit_test(test_tiles yishi_test_federation)
yishi_unit_test(test_verdict yishi_test_federation)
yishi_unit_test(test_witness yishi_test_federation)

# A district and a year of its records
add_library(yishi_test_year STATIC
  ${PROJECT_SOURCE_DIR}/tests/support/dice.c
  ${PROJECT_SOURCE_DIR}/tests/support/year.c
  ${PROJECT_SOURCE_DIR}/tests/support/year_course.c
  ${PROJECT_SOURCE_DIR}/tests/support/year_office.c
  ${PROJECT_SOURCE_DIR}/tests/support/year_outcome.c
  ${PROJECT_SOURCE_DIR}/tests/support/year_pen.c
  ${PROJECT_SOURCE_DIR}/tests/support/year_store.c
  ${PROJECT_SOURCE_DIR}/tests/support/year_units.c
  ${PROJECT_SOURCE_DIR}/tests/support/year_witness.c
  ${PROJECT_SOURCE_DIR}/tests/support/year_words.c
  ${PROJECT_SOURCE_DIR}/tests/support/year_write.c
  ${PROJECT_SOURCE_DIR}/tests/support/year_write_evaluation.c
  ${PROJECT_SOURCE_DIR}/tests/support/year_write_meeting.c
  ${PROJECT_SOURCE_DIR}/tests/support/year_write_outcome.c
  ${PROJECT_SOURCE_DIR}/tests/support/year_write_oversight.c
  ${PROJECT_SOURCE_DIR}/tests/support/year_write_topic.c)
yishi_target(yishi_test_year)
target_link_libraries(yishi_test_year PUBLIC ys_sync yishi_test_support)
yishi_unit_test(test_year yishi_test_year yishi_test_federation)
