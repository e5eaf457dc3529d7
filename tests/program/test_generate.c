/* SPDX-License-Identifier: MIT */
/* The generator of generate.h, and that it makes what it should. */
#include "generate.h"

#include <math.h>
#include <stdlib.h>

static int below(int bound)
{
    return (int)he_test_random_below((uint64_t)bound);
}

static int64_t random_centred(uint64_t t)
{
    return (int64_t)he_test_random_below(t) - (int64_t)((t - 1) / 2);
}

static int ceil_log2(int x)
{
    int bits = 0;
    while (1 << bits < x)
        bits++;
    return bits;
}

static void make_constant(const recipe *r, step *s)
{
    const int most = r->size < MAX_COUNT ? (int)r->size : MAX_COUNT;
    s->count = s->kind == SPLAT ? 1 : 1 + below(most);
    s->largest = 0;
    for (int i = 0; i < s->count; i++) {
        /* small integers among them: planners treat them on their own */
        s->real[i] = below(3) == 0 ? below(5) - 2 : 2 * he_test_random_unit();
        s->integer[i] = below(2) == 0 ? below(2) : random_centred(r->t);
        s->largest = fmax(s->largest, fabs(s->real[i]));
    }
}

static void make_polynomial(step *s, const step *a, const limits *within)
{
    s->count = 2 + below(within->degree);
    const bool odd = below(3) == 0;
    double bound = 0;
    for (int i = 0; i < s->count; i++) {
        s->real[i] = (odd && i % 2 == 0 && i != s->count - 1) || below(5) == 0
                         ? 0
                         : he_test_random_unit() / pow(fmax(a->largest, 1), i);
        bound += fabs(s->real[i]) * pow(a->largest, i);
    }
    if (s->real[s->count - 1] == 0)
        s->real[s->count - 1] = 0.5 / pow(fmax(a->largest, 1), s->count - 1);
    s->largest = bound + 0.5;
    s->depth = a->depth + ceil_log2(s->count);
}

/* Fills step s of a kind from operands a, b; false where the limits do not allow it. */
static bool make(recipe *r, step *s, const limits *within)
{
    const step *a = &r->steps[s->a], *b = &r->steps[s->b];
    s->encrypted = a->encrypted;
    s->depth = a->depth;
    s->largest = a->largest;
    switch (s->kind) {
    case INPUT:
        s->encrypted = true;
        s->depth = 0;
        s->largest = 1;
        break;
    case SPLAT:
    case CONSTANT:
        s->encrypted = false;
        s->depth = 0;
        make_constant(r, s);
        break;
    case ADD:
    case SUB:
        s->encrypted |= b->encrypted;
        s->depth = a->depth > b->depth ? a->depth : b->depth;
        s->largest = a->largest + b->largest;
        break;
    case MULTIPLY:
        s->encrypted |= b->encrypted;
        s->depth = (a->depth > b->depth ? a->depth : b->depth) + 1;
        s->largest = a->largest * b->largest;
        break;
    case NEGATE:
        break;
    case ROTATE:
        s->left = below(2 * (int)r->size + 1) - (int)r->size;
        return within->rotations;
    case SUM:
        s->largest = a->largest * r->size;
        if (!within->rotations)
            return false;
        break;
    case POLYNOMIAL:
        if (r->type != HE_PROGRAM_REAL)
            return false;
        make_polynomial(s, a, within);
        break;
    }
    return s->depth <= within->depth &&
           (r->type == HE_PROGRAM_INTEGER || s->largest <= within->largest);
}

void generate(recipe *r, he_program_type type, uint32_t size, uint64_t t, const limits *within)
{
    *r = (recipe){.type = type, .size = size, .t = t, .precision = 20};
    if (type == HE_PROGRAM_REAL)
        r->t = 17; /* for constants that nobody uses */
    for (; r->inputs < within->inputs; r->inputs++) {
        r->steps[r->count].kind = INPUT;
        make(r, &r->steps[r->count++], within);
    }
    while (r->count < within->inputs + within->operations) {
        static const kind kinds[] = {SPLAT,    CONSTANT, ADD,    ADD,    ADD, SUB,       SUB,
                                     MULTIPLY, MULTIPLY, NEGATE, ROTATE, SUM, POLYNOMIAL};
        step *s = &r->steps[r->count];
        *s = (step){.kind = kinds[below(sizeof kinds / sizeof *kinds)],
                    .a = below(r->count),
                    .b = below(r->count)};
        if (make(r, s, within))
            r->count++;
    }
    for (int i = r->count - 1; i >= 0 && r->outputs < 3; i--)
        if (r->steps[i].encrypted)
            r->output[r->outputs++] = i;
    r->t = type == HE_PROGRAM_REAL ? 0 : t;
}

static he_value add_step(he_program *p, const recipe *r, const step *s, he_value a, he_value b)
{
    switch (s->kind) {
    case SPLAT:
        return r->type == HE_PROGRAM_REAL ? he_program_splat(p, s->real[0])
                                          : he_program_splat_i64(p, s->integer[0]);
    case CONSTANT:
        return r->type == HE_PROGRAM_REAL
                   ? he_program_constant(p, s->real, (size_t)s->count)
                   : he_program_constant_i64(p, s->integer, (size_t)s->count);
    case ADD:
        return he_program_add(p, a, b);
    case SUB:
        return he_program_sub(p, a, b);
    case MULTIPLY:
        return he_program_multiply(p, a, b);
    case NEGATE:
        return he_program_negate(p, a);
    case ROTATE:
        return he_program_rotate(p, a, s->left);
    case SUM:
        return he_program_sum(p, a);
    case POLYNOMIAL:
        return he_program_polynomial(p, a, s->real, (size_t)s->count);
    case INPUT:
        break;
    }
    return HE_VALUE_NONE;
}

static he_program *start(const recipe *r, he_value *value)
{
    he_program *p;
    he_assert_ok(he_program_create(&p, r->type, r->size, r->t,
                                   r->type == HE_PROGRAM_REAL ? r->precision : 0));
    for (int i = 0; i < r->inputs; i++) {
        char name[16];
        snprintf(name, sizeof name, "x%d", i);
        value[i] = he_program_input(p, name, -1, 1);
    }
    return p;
}

static void finish(he_program *p, const recipe *r, const he_value *value)
{
    for (int k = 0; k < r->outputs; k++) {
        char name[16];
        snprintf(name, sizeof name, "y%d", k);
        he_program_output(p, name, value[r->output[k]]);
    }
    he_assert_ok(he_program_check(p));
}

he_program *build(const recipe *r)
{
    he_value value[MAX_STEPS];
    he_program *p = start(r, value);
    for (int i = r->inputs; i < r->count; i++) {
        const step *s = &r->steps[i];
        value[i] = add_step(p, r, s, value[s->a], value[s->b]);
    }
    finish(p, r, value);
    return p;
}

he_program *build_shuffled(const recipe *r)
{
    he_value value[MAX_STEPS];
    bool done[MAX_STEPS] = {false};
    he_program *p = start(r, value);
    for (int i = 0; i < r->inputs; i++)
        done[i] = true;
    for (int left = r->count - r->inputs; left > 0;) {
        const int i = below(r->count);
        const step *s = &r->steps[i];
        const bool leaf = s->kind == SPLAT || s->kind == CONSTANT;
        const bool two = s->kind == ADD || s->kind == SUB || s->kind == MULTIPLY;
        if (done[i] || (!leaf && !done[s->a]) || (two && !done[s->b]))
            continue;
        he_value a = value[s->a], b = value[s->b];
        if ((s->kind == ADD || s->kind == MULTIPLY) && below(2) == 0) {
            he_value swap = a;
            a = b;
            b = swap;
        }
        value[i] = add_step(p, r, s, a, b);
        if (below(4) == 0) /* a second one, which later steps use */
            value[i] = add_step(p, r, s, a, b);
        if (below(8) == 0) /* one that nothing needs */
            (void)he_program_negate(p, value[i]);
        done[i] = true;
        left--;
    }
    finish(p, r, value);
    return p;
}

static long double *new_reals(size_t count)
{
    return calloc(count, sizeof(long double));
}

void evaluate_real(const recipe *r, long double *const *outputs, const double *const *inputs)
{
    long double *value[MAX_STEPS];
    const int size = (int)r->size;
    for (int i = 0; i < r->count; i++) {
        const step *s = &r->steps[i];
        const long double *a = value[s->a], *b = value[s->b];
        long double *x = value[i] = new_reals(r->size);
        long double sum = 0;
        for (int j = 0; s->kind == SUM && j < size; j++)
            sum += a[j];
        for (int j = 0; j < size; j++) {
            switch (s->kind) {
            case INPUT:
                x[j] = inputs[i][j];
                break;
            case SPLAT:
                x[j] = s->real[0];
                break;
            case CONSTANT:
                x[j] = j < s->count ? s->real[j] : 0;
                break;
            case ADD:
                x[j] = a[j] + b[j];
                break;
            case SUB:
                x[j] = a[j] - b[j];
                break;
            case MULTIPLY:
                x[j] = a[j] * b[j];
                break;
            case NEGATE:
                x[j] = -a[j];
                break;
            case ROTATE:
                x[j] = a[((j + s->left) % size + size) % size];
                break;
            case SUM:
                x[j] = sum;
                break;
            case POLYNOMIAL: {
                long double power = 1;
                for (int c = 0; c < s->count; c++, power *= a[j])
                    x[j] += s->real[c] * power;
                break;
            }
            }
        }
    }
    for (int k = 0; k < r->outputs; k++)
        for (int j = 0; j < size; j++)
            outputs[k][j] = value[r->output[k]][j];
    for (int i = 0; i < r->count; i++)
        free(value[i]);
}

/* The representative in (-t/2, t/2]. */
static int64_t centred(__int128 x, uint64_t t)
{
    __int128 y = x % (__int128)t;
    if (y < 0)
        y += t;
    return (int64_t)(2 * y > (__int128)t ? y - (__int128)t : y);
}

void evaluate_integer(const recipe *r, int64_t *const *outputs, const int64_t *const *inputs)
{
    int64_t *value[MAX_STEPS];
    const int size = (int)r->size;
    for (int i = 0; i < r->count; i++) {
        const step *s = &r->steps[i];
        const int64_t *a = value[s->a], *b = value[s->b];
        int64_t *x = value[i] = calloc(r->size, sizeof *x);
        __int128 sum = 0;
        for (int j = 0; s->kind == SUM && j < size; j++)
            sum += a[j];
        for (int j = 0; j < size; j++) {
            __int128 y = 0;
            switch (s->kind) {
            case INPUT:
                y = inputs[i][j];
                break;
            case SPLAT:
                y = s->integer[0];
                break;
            case CONSTANT:
                y = j < s->count ? s->integer[j] : 0;
                break;
            case ADD:
                y = (__int128)a[j] + b[j];
                break;
            case SUB:
                y = (__int128)a[j] - b[j];
                break;
            case MULTIPLY:
                y = (__int128)a[j] * b[j];
                break;
            case NEGATE:
                y = -(__int128)a[j];
                break;
            case ROTATE:
                y = a[((j + s->left) % size + size) % size];
                break;
            case SUM:
                y = sum;
                break;
            case POLYNOMIAL:
                break;
            }
            x[j] = centred(y, r->t);
        }
    }
    for (int k = 0; k < r->outputs; k++)
        for (int j = 0; j < size; j++)
            outputs[k][j] = value[r->output[k]][j];
    for (int i = 0; i < r->count; i++)
        free(value[i]);
}

Test(generate, recipes_stay_within_their_limits)
{
    static recipe r;
    const limits within = {
        .operations = 50, .inputs = 3, .depth = 4, .degree = 9, .largest = 100, .rotations = true};
    for (int round = 0; round < 50; round++) {
        generate(&r, HE_PROGRAM_REAL, 16, 0, &within);
        cr_assert_eq(r.count, 53);
        cr_assert(r.outputs >= 1);
        for (int i = 0; i < r.count; i++) {
            cr_assert(r.steps[i].depth <= 4);
            cr_assert(r.steps[i].largest <= 100);
        }
    }
}
