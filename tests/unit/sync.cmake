# Tests of sync/.
