# Tests of node/model/.
foreach(name test_conflict test_inbox test_items test_next test_procedure test_procedure_memory test_procedure_order
             test_procedure_work test_reading)
  yishi_unit_test(${name} ys_model)
  target_sources(${name} PRIVATE ../support/dossier.c)
endforeach()
yishi_unit_test(test_due ys_model)
yishi_unit_test(test_grading ys_model)
yishi_unit_test(test_parameter ys_model)
yishi_unit_test(test_state ys_model)
target_link_options(test_procedure_memory PRIVATE -Wl,--wrap=calloc -Wl,--wrap=realloc)
