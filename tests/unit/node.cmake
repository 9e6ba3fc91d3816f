# Tests of node/.
foreach(name args config home keystore passphrase)
  yishi_unit_test(test_${name} ys_node)
  target_sources(test_${name} PRIVATE ../support/folder.c)
endforeach()
yishi_unit_test(test_outbox ys_node)
foreach(name author check committer)
  yishi_unit_test(test_${name} yishi_test_federation ys_node)
endforeach()

# The catalogues hold a translation of every text in the source.
add_test(NAME unit.every_text_is_in_chinese
         COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/catalogue.py)
set_tests_properties(unit.every_text_is_in_chinese PROPERTIES LABELS unit TIMEOUT 60)
