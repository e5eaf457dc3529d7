/* SPDX-License-Identifier: MIT */
/* Example 8: one computation, three ways.
 *
 * A clinic wants mean and variance of a measurement from a server that must not see it.  The
 * program below says what is computed, and nothing about levels, keys or enclaves.
 * he_compare_real() runs it in the clear, on ciphertexts at a server without keys, and in an
 * attested enclave; the report puts time, bytes, accuracy and trust side by side.
 *
 * Build: cc 8_compare.c $(pkg-config --cflags --libs libhe_enclave)
 * Run:   ./8_compare [TABLE]    (default: examples/data/wdbc.csv) */
#include <he/client.h>
#include <stdio.h>
#include <unistd.h>

#define COUNT 512    /* rows; a program's vectors have a power of two of elements */
#define UNIT  4096.0 /* areas are given in units of this, so that they lie within [0, 1] */

static int failed(const char *what, he_status status)
{
    fprintf(stderr, "%s: %s: %s\n", what, he_status_text(status), he_last_error());
    return 1;
}

/* The column mean_area of the table's first rows. */
static he_status read_areas(double *areas, const char *path)
{
    he_table *table;
    he_status status = he_table_read(&table, path);
    if (status != HE_OK)
        return status; /* names file, line and column */
    size_t column = he_table_find(table, "mean_area");
    for (size_t i = 0; i < COUNT; i++) /* NaN beyond the table: the client refuses it */
        areas[i] = he_table_value(table, i, column) / UNIT;
    he_table_destroy(table);
    return HE_OK;
}

/* mean = sum(x) / count, variance = sum(x^2) / count - mean^2. */
static he_status make_program(he_program **program)
{
    he_status status = he_program_create(program, HE_PROGRAM_REAL, COUNT, 0, 20);
    if (status != HE_OK)
        return status;
    he_program *p = *program;
    he_value x = he_program_input(p, "area", 0, 1);
    he_value share = he_program_splat(p, 1.0 / COUNT);
    he_value mean = he_program_sum(p, he_program_multiply(p, share, x));
    he_value square =
        he_program_sum(p, he_program_multiply(p, share, he_program_multiply(p, x, x)));
    he_program_output(p, "mean", mean);
    he_program_output(p, "variance", he_program_sub(p, square, he_program_multiply(p, mean, mean)));
    return he_program_check(p); /* the first thing that was wrong above, if anything */
}

/* What the client trusts: the measurement of the image that it knows, and the key that signs
 * evidence on this machine.  A launcher that runs as the same user could have changed the enclave,
 * so a strict client refuses it; who is not root here has to accept that, and the report says
 * so. */
static he_status make_policy(he_policy **policy)
{
    uint8_t measurement[HE_MEASUREMENT_BYTES], key[HE_PLATFORM_KEY_BYTES];
    he_enclave_config config = HE_ENCLAVE_CONFIG_INIT;
    he_status status = he_platform_init(NULL);
    if (status == HE_OK)
        status = he_enclave_measure(measurement, &config);
    if (status == HE_OK)
        status = he_platform_public_key(key, NULL);
    if (status == HE_OK)
        status = he_policy_create(policy);
    if (status == HE_OK)
        status = he_policy_allow_measurement(*policy, measurement);
    if (status == HE_OK)
        status = he_policy_allow_platform(*policy, key);
    if (status == HE_OK && geteuid() != 0)
        status = he_policy_allow(*policy, HE_ENCLAVE_SAME_UID);
    return status;
}

/* The figures again, for a program that wants to decide by itself. */
static int check(const he_report *report)
{
    he_report_figures he, enclave;
    if (he_report_get(report, HE_EVALUATOR_HE, &he) != HE_OK ||
        he_report_get(report, HE_EVALUATOR_ENCLAVE, &enclave) != HE_OK)
        return 1;
    printf("\nOn ciphertexts a query took %.1f ms, in the enclave %.3f ms; errors %.1e and %.1e.\n",
           he.warm.evaluate_ms, enclave.warm.evaluate_ms, he.greatest_error,
           enclave.greatest_error);
    return he.greatest_error < 1e-5 && enclave.greatest_error == 0 ? 0 : 1;
}

int main(int argc, char **argv)
{
    static double areas[COUNT];
    const double *inputs[1] = {areas};
    he_program *program = NULL;
    he_policy *policy = NULL;
    he_report *report = NULL;

    he_status status = read_areas(areas, argc > 1 ? argv[1] : "examples/data/wdbc.csv");
    if (status != HE_OK)
        return failed("table", status);
    status = make_program(&program);
    if (status != HE_OK)
        return failed("program", status);
    status = make_policy(&policy);
    if (status != HE_OK)
        return failed("policy", status);

    he_compare_options options = HE_COMPARE_INIT;
    options.policy = policy;
    options.cold = 1; /* new processes and keys once, then two further queries */
    options.warm = 2;
    status = he_compare_real(&report, &options, "mean and variance", program, inputs);
    if (status != HE_OK)
        return failed("compare", status);
    status = he_report_print(report, stdout, true);
    if (status != HE_OK)
        return failed("print", status);
    int result = check(report);

    he_report_destroy(report);
    he_policy_destroy(policy);
    he_program_destroy(program);
    return result;
}
