#include "node/paper/qr.h"

#include <qrencode.h>
#include <string.h>

enum { QUIET = 2 }; /* modules of white around it; the page has more */

bool ys_qr_put(FILE *out, const char *text)
{
    QRcode *const code =
        QRcode_encodeData((int)strlen(text), (const unsigned char *)text, 0, QR_ECLEVEL_L);
    if (code == NULL)
        return false;
    const int side = code->width + 2 * QUIET;
    (void)fprintf(out,
                  "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" "
                  "shape-rendering=\"crispEdges\"><path d=\"",
                  side, side);
    for (int y = 0; y < code->width; y++) {
        int x = 0;
        while (x < code->width) {
            int dark = 0;
            while (x + dark < code->width && (code->data[y * code->width + x + dark] & 1) != 0)
                dark++;
            if (dark > 0)
                (void)fprintf(out, "M%d %dh%dv1h-%dz", x + QUIET, y + QUIET, dark, dark);
            x += dark == 0 ? 1 : dark;
        }
    }
    (void)fputs("\"/></svg>", out);
    QRcode_free(code);
    return true;
}
