# Tests of node/model/.
foreach(name test_items test_procedure)
  yishi_unit_test(${name} ys_model)
  target_sources(${name} PRIVATE ../support/dossier.c)
endforeach()
