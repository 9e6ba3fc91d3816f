#include "node/attachment/fault.h"

#include "node/file.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { LINE = 160, FILE_MAX_BYTES = YS_BLOB_FAULTS_MAX * LINE };
static const char name[] = "attachment-faults";

static bool take_word(struct ys_bytes *line, struct ys_bytes *out)
{
    const uint8_t *const space = line->size == 0 ? NULL : memchr(line->data, ' ', line->size);
    *out = *line;
    if (space != NULL)
        out->size = (size_t)(space - line->data);
    *line = ys_bytes_skip(*line, out->size + 1);
    return out->size != 0;
}

static bool read_line(struct ys_bytes line, struct ys_blob_fault *out)
{
    struct ys_bytes word[4];
    char digits[YS_BLOB_NAME_LEN + 1];
    for (int i = 0; i < 4; i++)
        if (!take_word(&line, &word[i]))
            return false;
    if (word[2].size != YS_BLOB_NAME_LEN)
        return false;
    memcpy(digits, word[2].data, YS_BLOB_NAME_LEN);
    digits[YS_BLOB_NAME_LEN] = '\0';
    return ys_division_parse(word[0], &out->peer, NULL) == YS_OK &&
           ys_decimal_parse(word[1], UINT64_MAX, &out->count) &&
           ys_blob_name_parse(digits, &out->hash) &&
           ys_decimal_parse(word[3], UINT64_MAX, &out->time_s);
}

void ys_blob_faults_load(const struct ys_home *home, struct ys_blob_faults *out)
{
    char path[PATH_MAX];
    uint8_t text[FILE_MAX_BYTES];
    size_t size = 0;
    out->count = 0;
    ys_home_path(home, name, path);
    if (ys_file_read(path, 0, text, sizeof text, &size, NULL) != YS_OK)
        return;
    struct ys_bytes rest = {text, size};
    struct ys_bytes line;
    while (out->count < YS_BLOB_FAULTS_MAX && ys_bytes_take_line(&rest, &line))
        out->count += read_line(line, &out->fault[out->count]);
}

/* Its row; when all are taken, that of the one longest ago. */
static struct ys_blob_fault *row_of(struct ys_blob_faults *faults, const struct ys_division *peer)
{
    struct ys_blob_fault *oldest = &faults->fault[0];
    for (size_t i = 0; i < faults->count; i++) {
        if (ys_division_equal(&faults->fault[i].peer, peer))
            return &faults->fault[i];
        if (faults->fault[i].time_s < oldest->time_s)
            oldest = &faults->fault[i];
    }
    if (faults->count < YS_BLOB_FAULTS_MAX)
        oldest = &faults->fault[faults->count++];
    *oldest = (struct ys_blob_fault){.peer = *peer};
    return oldest;
}

enum ys_code ys_blob_faults_add(const struct ys_home *home, struct ys_blob_faults *faults,
                                const struct ys_division *peer, const struct ys_hash *hash,
                                uint64_t time_s, struct ys_err *err)
{
    char path[PATH_MAX];
    char text[FILE_MAX_BYTES];
    size_t at = 0;
    struct ys_blob_fault *const row = row_of(faults, peer);
    row->count++;
    row->hash = *hash;
    row->time_s = time_s;
    for (size_t i = 0; i < faults->count; i++) {
        char digits[YS_BLOB_NAME_LEN + 1];
        ys_blob_name(&faults->fault[i].hash, digits);
        const int size = snprintf(text + at, sizeof text - at, "%s %" PRIu64 " %s %" PRIu64 "\n",
                                  faults->fault[i].peer.digits, faults->fault[i].count, digits,
                                  faults->fault[i].time_s);
        at += size > 0 ? (size_t)size : 0;
    }
    ys_home_path(home, name, path);
    return ys_file_write(path, 0600, (struct ys_bytes){(const uint8_t *)text, at}, err);
}
