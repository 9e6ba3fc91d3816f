#include "node/audit/open.h"

#include "node/lang.h"

static enum ys_code check_file(const char *home_path, struct ys_err *err)
{
    struct ys_home home;
    char path[PATH_MAX];
    enum ys_code code = ys_home_choose(home_path, &home, err);
    if (code == YS_OK)
        code = ys_home_check(&home, err);
    if (code != YS_OK)
        return code;
    ys_home_path(&home, "store", path);
    code = ys_kv_check_file(path, err);
    return code == YS_NOT_FOUND ? YS_OK : code; /* said better when it is opened */
}

enum ys_code ys_audit_open(const char *home, const char *lang, struct ys_node *out,
                           struct ys_err *err)
{
    YS_TXN_SCOPED txn = NULL;
    enum ys_code code = check_file(home, err);
    if (code == YS_OK)
        code = ys_node_open(home, lang, out, err);
    if (code == YS_OK && out->member == NULL)
        code = ys_fail(err, YS_IO,
                       _("%s: signatures cannot be verified: no root is pinned; give the "
                         "district's with: yishi join --root FILE"),
                       out->home.path);
    return code != YS_OK ? code : ys_node_read_records(out, &txn, err);
}
