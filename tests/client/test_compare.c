/* SPDX-License-Identifier: MIT */
/* The comparison whole: both jobs on the real table, their reports, and what they refuse. */
#include "support/test.h"

#include "client/job.h"
#include "client/machine.h"
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATA  HE_SOURCE_DIR "/examples/data/wdbc.csv"
#define MODEL HE_SOURCE_DIR "/examples/data/risk_model.txt"

static he_compare_options options_of(const machine *m)
{
    he_compare_options o = HE_COMPARE_INIT;
    o.policy = m->policy;
    o.state = m->state;
    o.cold = 1;
    o.warm = 1;
    return o;
}

static he_table *read_data(void)
{
    he_table *t;
    he_assert_ok(he_table_read(&t, DATA));
    return t;
}

/* Every figure that must be there is there. */
static void check_figures(const he_report *r)
{
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++) {
        he_report_figures f;
        he_assert_ok(he_report_get(r, (he_evaluator)e, &f));
        cr_assert(f.cold_count == 1 && f.warm_count == 1);
        cr_assert(f.cold.evaluate_ms > 0 && f.warm.evaluate_ms > 0 && f.client_memory > 100000);
        if (e == HE_EVALUATOR_PLAIN)
            continue;
        cr_assert(f.cold.up_run > 0 && f.cold.down_run > 0 && f.server_memory > 100000);
        cr_assert(f.cold.up_run == f.warm.up_run && f.cold.handshake_ms > 0);
        cr_assert((f.cold.keys_ms > 0) == (e == HE_EVALUATOR_HE));
    }
}

static char *slurp(const char *path)
{
    FILE *f = fopen(path, "r");
    cr_assert(f != NULL, "%s", path);
    char *text = calloc(1, 1 << 20);
    cr_assert(text != NULL && fread(text, 1, (1 << 20) - 1, f) > 0);
    fclose(f);
    return text;
}

static const char *note(const he_report *r, const char *label, he_evaluator e)
{
    for (size_t i = 0; i < r->note_count; i++)
        if (strcmp(r->notes[i].label, label) == 0)
            return r->notes[i].cell[e];
    cr_assert(false, "no note \"%s\"", label);
    return "";
}

static void check_files(const machine *m, const he_report *r)
{
    char path[128], text_path[128];
    snprintf(path, sizeof path, "%s/report", m->directory);
    const he_report *const all[1] = {r};
    he_assert_ok(he_report_json(all, 1, path));
    char *json = slurp(path);
    static const char *const members[] = {"\"homomorphic\"",      "\"evaluate_ms\"",
                                          "\"data_primes\"",      "\"measurement\"",
                                          "\"further_query_ms\"", "\"greatest_error\""};
    for (size_t i = 0; i < sizeof members / sizeof *members; i++)
        cr_assert(strstr(json, members[i]) != NULL, "%s", members[i]);
    free(json);
    he_assert_ok(he_report_html(all, 1, path));
    char *html = slurp(path);
    cr_assert(strncmp(html, "<!doctype html>", 15) == 0 && strstr(html, "</html>") != NULL);
    cr_assert(strstr(html, "<svg") != NULL && strstr(html, "prefers-color-scheme:dark") != NULL);
    cr_assert(strstr(html, "http://") == NULL && strstr(html, "https://") == NULL);
    free(html);
    snprintf(text_path, sizeof text_path, "%s/text", m->directory);
    FILE *f = fopen(text_path, "w");
    cr_assert(f != NULL);
    he_assert_ok(he_report_print(r, f, true));
    fclose(f);
    char *text = slurp(text_path);
    static const char *const lines[] = {"handshake, attestation", "whom you trust",
                                        "greatest error against plain", "Appraisal of the enclave",
                                        "never has a key"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++)
        cr_assert(strstr(text, lines[i]) != NULL, "%s", lines[i]);
    free(text);
    /* a place that cannot be written leaves nothing */
    he_assert_fails(he_report_json(all, 1, "/nonexistent/report.json"), HE_ERR_IO, "cannot write");
}

Test(compare, stats_are_exact_on_real_data)
{
    machine m;
    machine_start(&m);
    he_table *t = read_data();
    he_compare_options o = options_of(&m);
    he_report *r;
    he_assert_ok(he_compare_stats(&r, &o, t, "mean_area", "benign", 0));
    check_figures(r);
    long count = 0;
    double sum = 0;
    size_t column = he_table_find(t, "mean_area"), mask = he_table_find(t, "benign");
    for (size_t i = 0; i < he_table_rows(t); i++)
        if (he_table_value(t, i, mask) == 1) {
            count++;
            sum += he_table_value(t, i, column);
        }
    char want[64];
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++) {
        he_report_figures f;
        he_assert_ok(he_report_get(r, (he_evaluator)e, &f));
        cr_assert(f.greatest_error == 0);
        snprintf(want, sizeof want, "%ld", count);
        cr_assert_str_eq(note(r, "count", (he_evaluator)e), want);
        snprintf(want, sizeof want, "%.1f", sum);
        cr_assert_str_eq(note(r, "sum", (he_evaluator)e), want);
        cr_assert(fabs(strtod(note(r, "mean", (he_evaluator)e), NULL) - sum / (double)count) <
                  1e-6);
    }
    check_files(&m, r);
    he_report_destroy(r);
    he_table_destroy(t);
    machine_stop(&m);
}

Test(compare, risk_has_the_classes_of_plain_on_all_rows)
{
    machine m;
    machine_start(&m);
    he_table *t = read_data();
    he_compare_options o = options_of(&m);
    o.tcp = true;
    he_report *r;
    he_assert_ok(he_compare_risk(&r, &o, t, MODEL, 0));
    check_figures(r);
    he_report_figures f;
    he_assert_ok(he_report_get(r, HE_EVALUATOR_HE, &f));
    cr_assert(f.greatest_error > 0 && f.greatest_error <= 1e-4, "%g", f.greatest_error);
    he_assert_ok(he_report_get(r, HE_EVALUATOR_ENCLAVE, &f));
    cr_assert(f.greatest_error == 0, "%g", f.greatest_error);
    cr_assert_str_eq(note(r, "classes as the plain polynomial", HE_EVALUATOR_HE), "569 of 569");
    for (int e = 0; e < HE_EVALUATOR_COUNT; e++)
        cr_assert(strtod(note(r, "accuracy, held-out 30 %", (he_evaluator)e), NULL) > 93);
    check_files(&m, r);
    he_report_destroy(r);
    he_table_destroy(t);
    machine_stop(&m);
}

Test(compare, impossible_jobs_are_refused_with_reasons)
{
    machine m;
    machine_start(&m);
    he_table *t = read_data();
    he_compare_options o = options_of(&m);
    he_report *r = NULL;
    he_assert_fails(he_compare_stats(&r, &o, t, "no_such", "benign", 0), HE_ERR_ARGUMENT,
                    "no column \"no_such\"");
    he_assert_fails(he_compare_stats(&r, &o, t, "mean_area", "mean_area", 0), HE_ERR_ARGUMENT,
                    "must be 0 or 1");
    he_assert_fails(he_compare_risk(&r, &o, t, "/nonexistent", 0), HE_ERR_IO, "/nonexistent");
    he_compare_options bad = o;
    bad.struct_size = 1;
    he_assert_fails(he_compare_stats(&r, &bad, t, "mean_area", "benign", 0), HE_ERR_ARGUMENT,
                    "HE_COMPARE_INIT");
    /* an enclave that the policy refuses fails the comparison with the check's name */
    bad = o;
    bad.policy = NULL;
    cr_assert(he_compare_stats(&r, &bad, t, "mean_area", "benign", 0) != HE_OK);
    cr_assert(he_test_contains(he_last_error(), "enclave"), "%s", he_last_error());
    cr_assert(r == NULL);
    he_table_destroy(t);
    machine_stop(&m);
}
