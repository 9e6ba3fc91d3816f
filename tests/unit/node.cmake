# Tests of node/.
foreach(name test_args test_config test_home test_invite test_keystore test_passphrase)
  yishi_unit_test(${name} ys_node)
  target_sources(${name} PRIVATE ../support/folder.c)
endforeach()
foreach(name test_shape)
  yishi_unit_test(${name} ys_model)
  target_sources(${name} PRIVATE ../support/folder.c)
endforeach()
yishi_unit_test(test_report ys_report)
target_sources(test_report PRIVATE ../support/folder.c)
yishi_unit_test(test_model yishi_test_federation ys_model)
target_sources(test_model PRIVATE ../support/maker.c ../support/model_dump.c)
yishi_unit_test(test_rules yishi_test_federation ys_rules)
target_sources(test_rules PRIVATE ../support/mutant.c ../support/tale.c)
target_compile_definitions(test_rules PRIVATE YS_RULE_CASES_DIR="${CMAKE_CURRENT_SOURCE_DIR}/rules")
yishi_unit_test(test_model_haste yishi_test_federation ys_model)
yishi_unit_test(test_errand yishi_test_federation ys_model)
yishi_unit_test(test_rules_follow yishi_test_federation yishi_test_year ys_rules)
target_sources(test_rules_follow PRIVATE ../support/arrival.c ../support/model_dump.c ../support/tale.c)
target_compile_definitions(test_rules_follow
                           PRIVATE YS_RULE_CASES_DIR="${CMAKE_CURRENT_SOURCE_DIR}/rules")
# Faults planted into every view of a rule, which its cases must notice: under tests/run --all.
add_test(NAME mutation.rules_grow COMMAND test_rules --grow)
set_tests_properties(mutation.rules_grow PROPERTIES LABELS mutation TIMEOUT 900)
set_tests_properties(unit.test_model unit.test_report unit.test_rules unit.test_rules_follow PROPERTIES TIMEOUT 600)
add_test(NAME mutation.rules COMMAND test_rules --mutate)
set_tests_properties(mutation.rules PROPERTIES LABELS mutation TIMEOUT 1800)
add_test(NAME unit.every_rule_is_built
         COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/rules.py)
set_tests_properties(unit.every_rule_is_built PROPERTIES LABELS unit TIMEOUT 60)
yishi_unit_test(test_indicators yishi_test_federation ys_indicators)
target_sources(test_indicators PRIVATE ../support/mutant.c ../support/tale.c)
target_compile_definitions(test_indicators
                           PRIVATE YS_INDICATOR_CASES_DIR="${CMAKE_CURRENT_SOURCE_DIR}/indicators")
set_tests_properties(unit.test_indicators PROPERTIES TIMEOUT 600)
yishi_unit_test(test_indicators_follow yishi_test_federation yishi_test_year ys_indicators)
target_sources(test_indicators_follow PRIVATE ../support/arrival.c)
add_test(NAME unit.every_indicator_is_built
         COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/indicators.py)
set_tests_properties(unit.every_indicator_is_built PROPERTIES LABELS unit TIMEOUT 60)
# deploy/handbook/indicators.md is what the program prints.
add_test(NAME unit.indicators_page
         COMMAND sh -c "$<TARGET_FILE:yishi> indicators --markdown | cmp - ${PROJECT_SOURCE_DIR}/deploy/handbook/indicators.md")
set_tests_properties(unit.indicators_page PROPERTIES LABELS unit TIMEOUT 60)
add_test(NAME mutation.indicators COMMAND test_indicators --mutate)
set_tests_properties(mutation.indicators PROPERTIES LABELS mutation TIMEOUT 1800)
yishi_unit_test(test_kind_files ys_node)
target_compile_definitions(test_kind_files
                           PRIVATE YS_KINDS_DIR="${CMAKE_CURRENT_SOURCE_DIR}/kinds")
# deploy/handbook/rules.md is what the program prints.
add_test(NAME unit.rules_page
         COMMAND sh -c "$<TARGET_FILE:yishi> rules --markdown | cmp - ${PROJECT_SOURCE_DIR}/deploy/handbook/rules.md")
set_tests_properties(unit.rules_page PROPERTIES LABELS unit TIMEOUT 60)
yishi_unit_test(test_kind_page ys_node)
target_compile_definitions(test_kind_page
                           PRIVATE YS_KINDS_PAGE="${PROJECT_SOURCE_DIR}/deploy/handbook/kinds.md")
yishi_unit_test(test_draft_set ys_node)
yishi_unit_test(test_template ys_node)
yishi_unit_test(test_outbox ys_node)
yishi_unit_test(test_quota ys_node)
yishi_unit_test(test_view ys_node)
foreach(name test_alarm test_application test_author test_certificate test_check test_committer test_exhibit test_overtaken)
  yishi_unit_test(${name} yishi_test_federation ys_node)
endforeach()

# The catalogues hold a translation of every text in the source.
add_test(NAME unit.every_text_is_in_chinese
         COMMAND /usr/bin/python3 -B ${CMAKE_CURRENT_SOURCE_DIR}/catalogue.py)
set_tests_properties(unit.every_text_is_in_chinese PROPERTIES LABELS unit TIMEOUT 60)
