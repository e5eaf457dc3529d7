/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include <he/client.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A file with this content; its path is the caller's until the next call. */
static const char *file_of(const char *content, size_t length)
{
    static char path[64];
    snprintf(path, sizeof path, "/tmp/he-table-%ld.csv", (long)getpid());
    FILE *f = fopen(path, "w");
    cr_assert(f != NULL && fwrite(content, 1, length, f) == length);
    fclose(f);
    return path;
}

static he_status read_text(he_table **t, const char *content)
{
    const char *path = file_of(content, strlen(content));
    he_status status = he_table_read(t, path);
    remove(path);
    return status;
}

Test(table, reads_numbers_names_and_decimals)
{
    he_table *t;
    he_assert_ok(read_text(&t, "a, b ,c\n1,2.50,-3e2\r\n\n4.125,5,6e-3\n"));
    cr_assert(he_table_rows(t) == 2 && he_table_columns(t) == 3);
    cr_assert_str_eq(he_table_name(t, 1), "b");
    cr_assert(he_table_find(t, "c") == 2 && he_table_find(t, "d") == SIZE_MAX);
    cr_assert(he_table_value(t, 0, 2) == -300 && he_table_value(t, 1, 0) == 4.125);
    cr_assert(he_table_decimals(t, 0) == 3 && he_table_decimals(t, 1) == 2 &&
              he_table_decimals(t, 2) == 3);
    cr_assert(isnan(he_table_value(t, 2, 0)) && isnan(he_table_value(t, 0, 3)));
    he_table_destroy(t);
}

Test(table, refuses_with_file_line_and_column)
{
    he_table *t = NULL;
    const struct {
        const char *content, *says;
    } bad[] = {
        {"a,b\n1,2\n3,\n", "line 3, column 2 (\"b\"): a value is missing"},
        {"a,b\n1,,\n", "line 2, column 2 (\"b\"): a value is missing"},
        {"a,b\n1,2,3\n", "line 2: more values than columns"},
        {"a,b\n1\n", "line 2, column 2 (\"b\"): the line ends"},
        {"a,b\n1,x\n", "line 2, column 2 (\"b\"): not a number"},
        {"a,b\n1,nan\n", "not a number"},
        {"a,b\n1,0x10\n", "not a number"},
        {"a,b\n1,1e999\n", "not a number"},
        {"a,b\n1,1.2.3\n", "not a number"},
        {"a,a\n1,2\n", "this name stands twice"},
        {"1,2\n3,4\n", "the first line must name the columns"},
        {"a,\n3,4\n", "the first line must name the columns"},
        {"a,b\n", "no rows"},
        {"", "no rows"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        he_assert_fails(read_text(&t, bad[i].content), HE_ERR_FORMAT, bad[i].says);
    he_assert_fails(he_table_read(&t, "/nonexistent/file.csv"), HE_ERR_IO, "/nonexistent/file.csv");
    const char zero[] = "a,b\n1,2\n\0\n";
    const char *path = file_of(zero, sizeof zero - 1);
    he_assert_fails(he_table_read(&t, path), HE_ERR_FORMAT, "not text");
    remove(path);
    cr_assert(t == NULL);
}

Test(table, allocations_may_fail)
{
    const char *text = "a,b\n1,2\n3,4\n";
    const char *path = file_of(text, strlen(text));
    for (unsigned long k = 1;; k++) {
        he_table *t = NULL;
        he_test_fail_allocation(k);
        he_status status = he_table_read(&t, path);
        bool reached = he_test_allocations() >= k;
        he_test_fail_allocation(0);
        if (!reached) {
            he_assert_ok(status);
            he_table_destroy(t);
            break;
        }
        cr_assert(status == HE_ERR_MEMORY && t == NULL);
    }
    remove(path);
}

Test(table, every_truncation_of_real_data_is_read_or_refused)
{
    FILE *f = fopen(HE_SOURCE_DIR "/examples/data/wdbc.csv", "r");
    cr_assert(f != NULL);
    static char content[200000];
    size_t length = fread(content, 1, sizeof content, f);
    fclose(f);
    cr_assert(length > 100000 && length < sizeof content);
    for (size_t cut = 0; cut < length; cut += 997) {
        he_table *t = NULL;
        const char *path = file_of(content, cut);
        he_status status = he_table_read(&t, path);
        cr_assert((status == HE_OK) == (t != NULL));
        cr_assert(status == HE_OK || status == HE_ERR_FORMAT);
        remove(path);
        he_table_destroy(t);
    }
    he_table *t;
    he_assert_ok(he_table_read(&t, HE_SOURCE_DIR "/examples/data/wdbc.csv"));
    cr_assert(he_table_rows(t) == 569 && he_table_columns(t) == 31);
    cr_assert(he_table_value(t, 0, 0) == 17.99 && he_table_decimals(t, 3) == 1);
    he_table_destroy(t);
}

Test(link, is_parsed_and_refused)
{
    he_link l;
    he_assert_ok(he_link_parse(&l, "100M,20ms"));
    cr_assert(l.bits_per_s == 100e6 && fabs(l.rtt_s - 20e-3) < 1e-12);
    he_assert_ok(he_link_parse(&l, "2.5G,200us"));
    cr_assert(l.bits_per_s == 2.5e9 && fabs(l.rtt_s - 200e-6) < 1e-12);
    static const char *const bad[] = {"",       ",",       "100M",    "M,1ms",     "100,1ms",
                                      "0M,1ms", "1M,1",    "-1M,1ms", "1M,1ms,",   "1M,nanms",
                                      "inf,1s", "1M ,1ms", "1Mx,1ms", "1e999M,1s", "0x1M,1s"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        he_assert_fails(he_link_parse(&l, bad[i]), HE_ERR_ARGUMENT, "as in 100M,20ms");
    cr_assert(l.bits_per_s == 2.5e9);
}
