#include "sync/meter.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
/* cmocka wants the three above first */
#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { CUTS = 4, ROUTE = 77, CHUNK = 64 * 1024 };

static const uint8_t key[YS_PUBKEY_LEN] = {1, 2, 3};

/* A meter and one TCP connection: we write at `theirs`, it watches `ours`. */
struct scene {
    struct ys_meter *meter;
    int ours, theirs;
    struct ys_cut cuts[CUTS];
};

static int open_scene(void **state)
{
    struct scene *const scene = calloc(1, sizeof *scene);
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    const int listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_non_null(scene);
    /* the casts are how POSIX wants it */
    assert_int_equal(bind(listener, (const struct sockaddr *)&address, size), 0);
    assert_int_equal(listen(listener, 1), 0);
    assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
    scene->theirs = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(scene->theirs, (const struct sockaddr *)&address, size), 0);
    scene->ours = accept(listener, NULL, NULL);
    assert_true(scene->ours >= 0);
    close(listener);
    assert_int_equal(ys_meter_new(&scene->meter, NULL), YS_OK);
    assert_int_equal(ys_meter_began(scene->meter, scene->ours, NULL), YS_OK);
    *state = scene;
    return 0;
}

static int close_scene(void **state)
{
    struct scene *const scene = *state;
    close(scene->ours);
    close(scene->theirs);
    ys_meter_free(scene->meter);
    free(scene);
    return 0;
}

static size_t look(struct scene *scene, int64_t now_ms)
{
    return ys_meter_look(scene->meter, now_ms, scene->cuts, CUTS);
}

/* Send that much and read it at our end, as libzmq does. */
static void bring(const struct scene *scene, size_t size)
{
    static uint8_t bytes[CHUNK];
    while (size > 0) {
        const size_t part = size < CHUNK ? size : CHUNK;
        assert_int_equal(send(scene->theirs, bytes, part, MSG_NOSIGNAL), part);
        assert_int_equal(recv(scene->ours, bytes, part, MSG_WAITALL), part);
        size -= part;
    }
}

static void assert_stands(const struct scene *scene)
{
    bring(scene, 1);
}

static void assert_is_cut(const struct scene *scene)
{
    char byte = 0;
    assert_int_equal(recv(scene->theirs, &byte, 1, 0), 0);
    assert_int_equal(recv(scene->ours, &byte, 1, 0), 0);
}

static void what_brings_too_much_and_no_message_is_cut(void **state)
{
    struct scene *const scene = *state;
    assert_true(ys_meter_heard(scene->meter, scene->ours, ROUTE, key));
    bring(scene, YS_UNENDED_MAX);
    assert_int_equal(look(scene, 1000), 0);
    bring(scene, 1);

    assert_int_equal(look(scene, 1200), 1);

    assert_int_equal(scene->cuts[0].cause, YS_CUT_UNENDED);
    assert_int_equal(scene->cuts[0].bytes, YS_UNENDED_MAX + 1);
    assert_int_equal(scene->cuts[0].age_ms, 200);
    assert_true(scene->cuts[0].key_known);
    assert_memory_equal(scene->cuts[0].key, key, sizeof key);
    assert_string_equal(scene->cuts[0].address, "127.0.0.1");
    assert_is_cut(scene);
    assert_int_equal(look(scene, 1400), 0);
}

static void a_message_begins_the_count_again(void **state)
{
    struct scene *const scene = *state;
    assert_int_equal(look(scene, 1000), 0);
    bring(scene, YS_UNENDED_MAX);
    assert_true(ys_meter_heard(scene->meter, scene->ours, ROUTE, key));
    bring(scene, YS_UNENDED_MAX);
    assert_false(ys_meter_heard(scene->meter, scene->ours, ROUTE, key));
    bring(scene, YS_UNENDED_MAX);

    assert_int_equal(look(scene, 1200), 0);

    assert_stands(scene);
}

static void what_says_nothing_is_cut_after_its_time(void **state)
{
    struct scene *const scene = *state;
    assert_int_equal(look(scene, 1000), 0);
    assert_int_equal(look(scene, 1000 + YS_SILENCE_MAX_MS - 1), 0);
    assert_stands(scene);

    assert_int_equal(look(scene, 1000 + YS_SILENCE_MAX_MS), 1);

    assert_int_equal(scene->cuts[0].cause, YS_CUT_SILENT);
    assert_false(scene->cuts[0].key_known);
    assert_is_cut(scene);
}

static void what_has_spoken_may_be_silent_for_ever(void **state)
{
    struct scene *const scene = *state;
    assert_int_equal(look(scene, 1000), 0);
    assert_true(ys_meter_heard(scene->meter, scene->ours, ROUTE, key));

    assert_int_equal(look(scene, INT64_MAX / 2), 0);

    assert_stands(scene);
}

static void who_parts_is_cut_a_moment_later(void **state)
{
    struct scene *const scene = *state;
    assert_true(ys_meter_heard(scene->meter, scene->ours, ROUTE, key));
    ys_meter_part_route(scene->meter, ROUTE + 1);
    assert_int_equal(look(scene, 1000), 0);
    assert_int_equal(look(scene, 1000 + YS_PARTING_MS), 0);
    ys_meter_part_route(scene->meter, ROUTE);
    assert_int_equal(look(scene, 9000), 0);
    assert_int_equal(look(scene, 9000 + YS_PARTING_MS - 1), 0);
    assert_stands(scene);

    assert_int_equal(look(scene, 9000 + YS_PARTING_MS), 1);

    assert_int_equal(scene->cuts[0].cause, YS_CUT_PARTED);
    assert_is_cut(scene);
}

static void a_descriptor_that_is_used_again_is_another_connection(void **state)
{
    struct scene *const scene = *state;
    assert_true(ys_meter_heard(scene->meter, scene->ours, ROUTE, key));
    ys_meter_part(scene->meter, scene->ours);
    assert_int_equal(look(scene, 1000), 0);
    ys_meter_ended(scene->meter, scene->ours);
    ys_meter_ended(scene->meter, scene->ours);
    assert_int_equal(ys_meter_count(scene->meter), 0);
    assert_int_equal(look(scene, 9000), 0);

    assert_int_equal(ys_meter_began(scene->meter, scene->ours, NULL), YS_OK);

    assert_int_equal(ys_meter_count(scene->meter), 1);
    assert_int_equal(look(scene, 9000), 0);
    assert_int_equal(look(scene, 9000 + YS_PARTING_MS), 0);
    assert_true(ys_meter_heard(scene->meter, scene->ours, ROUTE, key));
    assert_stands(scene);
}

static void descriptors_that_are_not_ours_are_left_alone(void **state)
{
    struct scene *const scene = *state;
    const int high = 5000;

    assert_false(ys_meter_heard(scene->meter, -1, ROUTE, key));
    assert_false(ys_meter_heard(scene->meter, high, ROUTE, key));
    ys_meter_part(scene->meter, high);
    ys_meter_ended(scene->meter, high);
    assert_int_equal(ys_meter_began(scene->meter, high, NULL), YS_OK); /* closed by now */
    assert_int_equal(look(scene, 1000), 0);
    assert_int_equal(ys_meter_count(scene->meter), 2);

    assert_int_equal(look(scene, 1000 + YS_SILENCE_MAX_MS), 2);
    assert_string_equal(scene->cuts[1].address, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_brings_too_much_and_no_message_is_cut, open_scene,
                                        close_scene),
        cmocka_unit_test_setup_teardown(a_message_begins_the_count_again, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(what_says_nothing_is_cut_after_its_time, open_scene,
                                        close_scene),
        cmocka_unit_test_setup_teardown(what_has_spoken_may_be_silent_for_ever, open_scene,
                                        close_scene),
        cmocka_unit_test_setup_teardown(who_parts_is_cut_a_moment_later, open_scene, close_scene),
        cmocka_unit_test_setup_teardown(a_descriptor_that_is_used_again_is_another_connection,
                                        open_scene, close_scene),
        cmocka_unit_test_setup_teardown(descriptors_that_are_not_ours_are_left_alone, open_scene,
                                        close_scene),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
