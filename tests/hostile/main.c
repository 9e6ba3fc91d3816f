#include "node/keystore.h"
#include "node/node.h"
#include "tests/hostile/hostile.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

_Noreturn void give_up(const char *what)
{
    printf("GAVE UP: %s\n", what);
    fflush(stdout);
    _exit(3);
}

static void read_target(const char *home, struct target *out)
{
    struct ys_err err = {.code = YS_OK};
    struct ys_node node;
    struct ys_node_keys keys;
    if (ys_node_open(home, NULL, &node, &err) != YS_OK ||
        ys_keystore_load_node(&node.home, &node.origin, &keys, &err) != YS_OK)
        give_up(err.msg);
    snprintf(out->endpoint, sizeof out->endpoint, "%s", node.config.parent);
    snprintf(out->deployment, sizeof out->deployment, "%s", node.origin.deployment);
    snprintf(out->code, sizeof out->code, "%s", node.origin.division.digits);
    const char *const host = out->endpoint + strlen("tcp://");
    const char *const colon = strrchr(out->endpoint, ':');
    snprintf(out->host, sizeof out->host, "%.*s", (int)(colon - host), host);
    out->port = (uint16_t)strtoul(colon + 1, NULL, 10);
    memcpy(out->parent_key, node.config.parent_key, YS_PUBKEY_LEN);
    memcpy(out->secret, keys.transport_secret, YS_SEED_LEN);
    ys_transport_public(out->secret, out->public_key);
    ys_node_keys_clear(&keys);
    ys_node_close(&node);
}

int main(int argc, char **argv)
{
    static struct target target;
    if (sodium_init() < 0 || argc < 3)
        return 2;
    const char *const what = argv[2];
    const char *const more = argc > 3 ? argv[3] : "";
    const int number = argc > 3 ? (int)strtol(more, NULL, 0) : 0;
    setvbuf(stdout, NULL, _IOLBF, 0);
    read_target(argv[1], &target);
    if (strcmp(what, "unended") == 0 && argc == 5)
        attack_unended(&target, strcmp(more, "greeted") == 0, strtoul(argv[4], NULL, 10));
    else if (strcmp(what, "squat") == 0 && argc == 5)
        attack_squat(&target, (uint32_t)strtoul(more, NULL, 16), (int)strtol(argv[4], NULL, 10));
    else if (strcmp(what, "wrong-key") == 0)
        attack_wrong_key(&target, number);
    else if (strcmp(what, "deaf") == 0)
        attack_deaf(&target);
    else if (strcmp(what, "talk") == 0)
        attack_talk(&target, more);
    else if (strcmp(what, "giant") == 0)
        attack_giant(&target);
    else if (strcmp(what, "garbage") == 0)
        attack_garbage(&target);
    else if (strcmp(what, "silent") == 0)
        attack_silent(&target, number);
    else if (strcmp(what, "forge") == 0 && argc == 5)
        attack_forge(&target, strcmp(more, "enrolled") == 0, argv[4]);
    else
        return 2;
    return 0;
}
