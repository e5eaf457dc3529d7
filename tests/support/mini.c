/* SPDX-License-Identifier: MIT */
/* The runner behind mini.h: --filter=GLOB over "suite/name"; prints Criterion's closing line. */
#include "support/test.h"

#ifdef HE_MINI_RUNNER
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

static he_mini_test *tests;
static jmp_buf end_of_test;
static bool failed, skipped;

static int compare(const he_mini_test *a, const he_mini_test *b)
{
    int order = strcmp(a->suite, b->suite);
    return order != 0 ? order : strcmp(a->name, b->name);
}

void he_mini_register(he_mini_test *test)
{
    he_mini_test **at = &tests;
    while (*at != NULL && compare(*at, test) < 0)
        at = &(*at)->next;
    test->next = *at;
    *at = test;
}

void he_mini_fail(bool end, const char *file, int line, const char *condition, const char *format,
                  ...)
{
    va_list args;
    failed = true;
    fprintf(stderr, "%s:%d: %s:", file, line, condition);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    if (end)
        longjmp(end_of_test, 1);
}

void he_mini_skip(void)
{
    skipped = true;
    longjmp(end_of_test, 1);
}

static void run(he_mini_test *test)
{
    if (test->init != NULL)
        test->init();
    if (setjmp(end_of_test) == 0)
        test->body();
    if (test->fini != NULL)
        test->fini();
}

int main(int argc, char **argv)
{
    const char *filter = "*";
    unsigned tested = 0, failing = 0;
    for (int i = 1; i < argc; i++)
        if (strncmp(argv[i], "--filter=", 9) == 0)
            filter = argv[i] + 9;
    for (he_mini_test *test = tests; test != NULL; test = test->next) {
        char name[256];
        snprintf(name, sizeof name, "%s/%s", test->suite, test->name);
        if (test->disabled || fnmatch(filter, name, 0) != 0)
            continue;
        failed = skipped = false;
        run(test);
        if (skipped)
            continue;
        tested++;
        failing += failed;
        if (failed)
            fprintf(stderr, "FAIL: %s\n", name);
    }
    fprintf(stderr, "Synthesis: Tested: %u | Passing: %u | Failing: %u | Crashing: 0\n", tested,
            tested - failing, failing);
    return failing != 0;
}
#else
typedef int he_mini_unused;
#endif
