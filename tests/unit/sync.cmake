# Tests of sync/.
yishi_unit_test(test_zap ys_sync)
yishi_unit_test(test_zmq_link ys_sync)
