# Fuzz targets over crypto/.
yishi_fuzz_target(fuzz_bundle ys_crypto)
yishi_fuzz_target(fuzz_checkpoint ys_crypto)
yishi_fuzz_target(fuzz_fork ys_crypto)
yishi_fuzz_target(fuzz_keyfile ys_crypto)
yishi_fuzz_target(fuzz_note ys_crypto)
yishi_fuzz_target(fuzz_vkey ys_crypto)
