# Tests of proto/.
foreach(name arena division kind moment name record root)
  yishi_unit_test(test_${name} ys_proto)
endforeach()
