# Fuzz targets over proto/.
yishi_fuzz_target(fuzz_record ys_proto)
yishi_fuzz_target(fuzz_root ys_proto)
yishi_fuzz_target(fuzz_body ys_proto)
yishi_fuzz_target(fuzz_message ys_proto)
yishi_fuzz_target(fuzz_json ys_proto)
yishi_fuzz_target(fuzz_token ys_proto)
