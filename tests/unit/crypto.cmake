# Tests of crypto/.
