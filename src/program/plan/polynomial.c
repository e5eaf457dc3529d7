/* SPDX-License-Identifier: MIT */
/* Polynomials on ciphertexts in the fewest levels, then the fewest products.
 *
 * Paterson, Stockmeyer 1973, with splits p = high x^m + low at powers that are there.  A piece has
 * a budget D: it must be ready D levels below x.  high has D - 1, low has D, x^m needs ceil(log2 m)
 * <= D - 1; splitting at powers of two always succeeds for degrees below 2^D.  Which powers to have
 * and where to split is found by search: with powers 1 … g and all powers of two, for each g, by
 * dynamic programming over pieces.  Zero coefficients cost nothing, so odd polynomials get no even
 * powers that they do not need. */
#include "core/memory.h"
#include "program/plan/plan.h"

#define MAX      HE_PLAN_MAX_COEFFICIENTS
#define BUDGETS  7 /* 0 … 6: degrees up to 63 */
#define MAX_BABY 16
#define NEVER    1000u
#define UNKNOWN  0xffffu

typedef struct search {
    const double *c;
    bool have[MAX];                   /* powers that a split or a term may use */
    uint16_t cost[MAX][MAX][BUDGETS]; /* products for c_first … c_last in a budget */
    uint8_t split[MAX][MAX][BUDGETS]; /* m, or 0: a sum of terms c_i x^i */
} search;

static uint32_t power_depth(uint32_t i)
{
    return he_ceil_log2(i);
}

/* The last index up to last whose coefficient is not zero; first - 1 for none is not needed, as
 * first stands for it. */
static uint32_t trim(const double *c, uint32_t first, uint32_t last)
{
    while (last > first && c[last] == 0)
        last--;
    return last;
}

static bool is_sum_of_terms(const search *s, uint32_t first, uint32_t last, uint32_t budget)
{
    for (uint32_t i = 1; i <= last - first; i++)
        if (s->c[first + i] != 0 && (!s->have[i] || power_depth(i) + 1 > budget))
            return false;
    return true;
}

static uint32_t cheapest(search *s, uint32_t first, uint32_t last, uint32_t budget)
{
    last = trim(s->c, first, last);
    if (first == last)
        return 0;
    if (budget == 0)
        return NEVER;
    uint16_t *cost = &s->cost[first][last][budget];
    if (*cost != UNKNOWN)
        return *cost;
    uint32_t best = NEVER, at = 0;
    if (is_sum_of_terms(s, first, last, budget)) {
        best = 0;
    } else {
        for (uint32_t m = 1; m <= last - first; m++) {
            if (!s->have[m] || power_depth(m) + 1 > budget)
                continue;
            uint32_t total = first + m == last ? 0 : 1 + cheapest(s, first + m, last, budget - 1);
            total += cheapest(s, first, first + m - 1, budget);
            if (total < best) {
                best = total;
                at = m;
            }
        }
    }
    s->split[first][last][budget] = (uint8_t)at;
    *cost = (uint16_t)best;
    return best;
}

/* Powers i > 1 come from a product of these two. */
static void factors(uint32_t i, uint32_t *a, uint32_t *b)
{
    *a = i % 2 == 0 ? i / 2 : 1u << (power_depth(i) - 1);
    *b = i - *a;
}

static void use_power(bool *used, uint32_t i)
{
    uint32_t a, b;
    if (i <= 1 || used[i])
        return;
    used[i] = true;
    factors(i, &a, &b);
    use_power(used, a);
    use_power(used, b);
}

/* Marks the powers that the cheapest way takes. */
static void mark_powers(const search *s, bool *used, uint32_t first, uint32_t last, uint32_t budget)
{
    last = trim(s->c, first, last);
    if (first == last)
        return;
    const uint32_t m = s->split[first][last][budget];
    if (m == 0) {
        for (uint32_t i = 1; i <= last - first; i++)
            if (s->c[first + i] != 0)
                use_power(used, i);
        return;
    }
    use_power(used, m);
    if (first + m != last)
        mark_powers(s, used, first + m, last, budget - 1);
    mark_powers(s, used, first, first + m - 1, budget);
}

/* Products in all, with powers 1 … g and powers of two. */
static uint32_t try_babies(search *s, uint32_t g, uint32_t count)
{
    const uint32_t budget = he_ceil_log2(count);
    for (uint32_t i = 0; i < MAX; i++)
        s->have[i] = i >= 1 && (i <= g || (i & (i - 1)) == 0);
    for (uint32_t i = 0; i < MAX; i++)
        for (uint32_t j = 0; j < MAX; j++)
            for (uint32_t k = 0; k < BUDGETS; k++)
                s->cost[i][j][k] = UNKNOWN;
    uint32_t total = cheapest(s, 0, count - 1, budget);
    bool used[MAX] = {false};
    mark_powers(s, used, 0, count - 1, budget);
    for (uint32_t i = 0; i < MAX; i++)
        total += used[i];
    return total;
}

/* --- Emitting --------------------------------------------------------------------------------- */

typedef struct evaluation {
    he_lowering *l;
    const search *s;
    uint32_t top;                         /* level of x */
    uint32_t power[MAX];                  /* registers, or HE_PLAN_NONE */
    uint32_t lowered[MAX], at_level[MAX]; /* the last lowering of each */
} evaluation;

static uint32_t lower_power(evaluation *e, uint32_t i, uint32_t level);

static uint32_t power(evaluation *e, uint32_t i)
{
    if (e->power[i] == HE_PLAN_NONE) {
        uint32_t a, b;
        factors(i, &a, &b);
        const uint32_t level = e->top - power_depth(i) + 1;
        const uint32_t x = lower_power(e, a, level);
        const uint32_t y = a == b ? x : lower_power(e, b, level);
        e->power[i] = he_plan_emit2(e->l, HE_PLAN_MULTIPLY, x, y);
    }
    return e->power[i];
}

static uint32_t lower_power(evaluation *e, uint32_t i, uint32_t level)
{
    const uint32_t reg = power(e, i);
    if (e->lowered[i] == HE_PLAN_NONE || e->at_level[i] != level) {
        e->lowered[i] = he_plan_emit_lower(e->l, reg, level);
        e->at_level[i] = level;
    }
    return e->lowered[i];
}

static uint32_t plus(evaluation *e, uint32_t sum, uint32_t term)
{
    return sum == HE_PLAN_NONE ? term : he_plan_emit2(e->l, HE_PLAN_ADD, sum, term);
}

/* sum + c x^i at degree 2 and this level; x^i may be above it. */
static uint32_t plus_term(evaluation *e, uint32_t sum, uint32_t i, double c, uint32_t level)
{
    return plus(e, sum, he_plan_emit_term(e->l, power(e, i), c, level));
}

static uint32_t plus_constant(evaluation *e, uint32_t sum, double c)
{
    if (c == 0)
        return sum;
    return he_plan_emit(
        e->l, (he_plan_step){.op = HE_PLAN_ADD_SCALAR, .a = sum, .b = HE_PLAN_NONE, .scalar = c});
}

/* A piece: degree 2, at the level budget - 1 below x. */
static uint32_t evaluate(evaluation *e, uint32_t first, uint32_t last, uint32_t budget)
{
    he_lowering *l = e->l;
    const double *c = e->s->c;
    const uint32_t level = e->top - budget + 1;
    uint32_t sum = HE_PLAN_NONE;
    last = trim(c, first, last);
    if (first == last) /* scaling took the other coefficients to 0 */
        return plus_constant(e, plus_term(e, sum, 1, 0, level), c[first]);
    const uint32_t m = e->s->split[first][last][budget];
    if (m == 0) {
        for (uint32_t i = 1; i <= last - first; i++)
            if (c[first + i] != 0)
                sum = plus_term(e, sum, i, c[first + i], level);
        return plus_constant(e, sum, c[first]);
    }
    if (first + m == last) {
        sum = plus_term(e, sum, m, c[last], level);
    } else {
        uint32_t high = evaluate(e, first + m, last, budget - 1);
        if (l->status == HE_OK && he_plan_state_of(l, high)->size == 3)
            high = he_plan_emit1(l, HE_PLAN_RELINEARIZE, high);
        high = he_plan_emit1(l, HE_PLAN_RESCALE, high);
        sum = he_plan_emit2(l, HE_PLAN_MULTIPLY_LAZY, high, lower_power(e, m, level));
    }
    if (trim(c, first, first + m - 1) == first)
        return plus_constant(e, sum, c[first]);
    return plus(e, sum, evaluate(e, first, first + m - 1, budget));
}

uint32_t he_plan_emit_polynomial(he_lowering *l, uint32_t x, const double *c, uint32_t count)
{
    search *s = he_alloc_raw(1, sizeof *s);
    if (l->status != HE_OK || s == NULL) {
        if (l->status == HE_OK)
            l->status = he_fail(HE_ERR_MEMORY, "he_plan_create: no memory for a polynomial");
        he_free(s);
        return 0;
    }
    s->c = c;
    uint32_t best = 1, least = UINT32_MAX;
    for (uint32_t g = 1; g <= MAX_BABY && g < count; g++) {
        const uint32_t total = try_babies(s, g, count);
        if (total < least) {
            least = total;
            best = g;
        }
    }
    (void)try_babies(s, best, count);
    evaluation e = {.l = l, .s = s, .top = he_plan_state_of(l, x)->level};
    for (uint32_t i = 0; i < MAX; i++)
        e.power[i] = e.lowered[i] = HE_PLAN_NONE;
    e.power[1] = x;
    const uint32_t result = evaluate(&e, 0, count - 1, he_ceil_log2(count));
    he_free(s);
    return result;
}
