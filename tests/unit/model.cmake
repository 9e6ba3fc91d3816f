# Tests of node/model/.
foreach(name test_conflict test_items test_procedure test_procedure_order)
  yishi_unit_test(${name} ys_model)
  target_sources(${name} PRIVATE ../support/dossier.c)
endforeach()
