/* SPDX-License-Identifier: MIT */
/* The part of Criterion's interface that our tests use, over a runner of a few lines (mini.c): for
 * MSan, TSan, valgrind and machines without Criterion, where Criterion's processes stand in the
 * way.  All tests run in one process, in the order of their names. */
#ifndef HE_TEST_MINI_H
#define HE_TEST_MINI_H

#include <stdbool.h>
#include <stddef.h>

typedef struct he_mini_test {
    const char *suite, *name;
    void (*body)(void);
    void (*init)(void);
    void (*fini)(void);
    double timeout; /* accepted and ignored */
    bool disabled;
    struct he_mini_test *next;
} he_mini_test;

void he_mini_register(he_mini_test *test);
/* Prints the sentence; ends the test, and for cr_expect only marks it. */
void he_mini_fail(bool end, const char *file, int line, const char *condition, const char *format,
                  ...) __attribute__((format(printf, 5, 6)));
void he_mini_skip(void);

#define Test(suite_, name_, ...)                                                                   \
    static void suite_##_##name_##_body(void);                                                     \
    __attribute__((constructor)) static void suite_##_##name_##_register(void)                     \
    {                                                                                              \
        static he_mini_test test = {                                                               \
            .suite = #suite_, .name = #name_, .body = suite_##_##name_##_body, __VA_ARGS__};       \
        he_mini_register(&test);                                                                   \
    }                                                                                              \
    static void suite_##_##name_##_body(void)
#define TestSuite(suite_, ...) extern int he_mini_suite_##suite_

/* A condition, then an optional format and its arguments. */
#define HE_MINI_CHECK_(end, shown, condition, ...)                                                 \
    do {                                                                                           \
        if (!(condition))                                                                          \
            he_mini_fail(end, __FILE__, __LINE__, shown, " " __VA_ARGS__);                         \
    } while (0)
#define cr_assert(condition, ...)  HE_MINI_CHECK_(true, #condition, condition, __VA_ARGS__)
#define cr_expect(condition, ...)  HE_MINI_CHECK_(false, #condition, condition, __VA_ARGS__)
#define cr_assert_not(c, ...)      HE_MINI_CHECK_(true, "not " #c, !(c), __VA_ARGS__)
#define cr_assert_null(p, ...)     HE_MINI_CHECK_(true, #p " is NULL", (p) == NULL, __VA_ARGS__)
#define cr_assert_not_null(p, ...) HE_MINI_CHECK_(true, #p " is not NULL", (p) != NULL, __VA_ARGS__)
#define cr_assert_eq(a, b, ...)    HE_MINI_CHECK_(true, #a " == " #b, (a) == (b), __VA_ARGS__)
#define cr_assert_neq(a, b, ...)   HE_MINI_CHECK_(true, #a " != " #b, (a) != (b), __VA_ARGS__)
#define cr_assert_lt(a, b, ...)    HE_MINI_CHECK_(true, #a " < " #b, (a) < (b), __VA_ARGS__)
#define cr_assert_leq(a, b, ...)   HE_MINI_CHECK_(true, #a " <= " #b, (a) <= (b), __VA_ARGS__)
#define cr_assert_gt(a, b, ...)    HE_MINI_CHECK_(true, #a " > " #b, (a) > (b), __VA_ARGS__)
#define cr_assert_geq(a, b, ...)   HE_MINI_CHECK_(true, #a " >= " #b, (a) >= (b), __VA_ARGS__)
#define cr_assert_str_eq(a, b, ...)                                                                \
    HE_MINI_CHECK_(true, #a " is " #b, strcmp(a, b) == 0, __VA_ARGS__)
#define cr_assert_arr_eq(a, b, size, ...)                                                          \
    HE_MINI_CHECK_(true, #a " equals " #b, memcmp(a, b, size) == 0, __VA_ARGS__)
#define cr_assert_fail(...) HE_MINI_CHECK_(true, "fail", false, __VA_ARGS__)
#define cr_fatal(...)       HE_MINI_CHECK_(true, "fatal", false, __VA_ARGS__)
#define cr_skip_test(...)   he_mini_skip()
#define cr_log_info(...)    ((void)0)
#define cr_log_warn(...)    ((void)0)

#endif
