/* SPDX-License-Identifier: MIT */
/* What holds for every function of the public headers: memory that fails leaves outputs as they
 * were or empty, and inputs alone; scratch and room in the output are all the memory that
 * evaluation takes; a bound that is a claim stays one. */
#include "api/api.h"

#include <ctype.h>
#include <stdlib.h>

static const api_mode modes[] = {API_BFV, API_CKKS, API_EXPLICIT};

/* --- The table is complete -------------------------------------------------------------------- */

static char *header(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/include/he/%s.h", HE_SOURCE_DIR, name);
    FILE *file = fopen(path, "rb");
    cr_assert(file != NULL, "%s", path);
    char *text = calloc(1, 1 << 18);
    cr_assert(fread(text, 1, (1 << 18) - 1, file) > 0);
    fclose(file);
    return text;
}

static bool in_table(const char *name, size_t length)
{
    for (size_t i = 0; i < api_function_count; i++)
        if (strlen(api_functions[i].name) == length &&
            memcmp(api_functions[i].name, name, length) == 0)
            return true;
    return false;
}

Test(api, the_table_has_every_function_that_can_fail)
{
    static const char *const headers[] = {"random",  "context", "objects", "keys",
                                          "encrypt", "bfv",     "ckks",    "wire"};
    static const char mark[] = "HE_MUST_CHECK he_status";
    size_t found = 0;
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        char *text = header(headers[i]), *at = text;
        while ((at = strstr(at, mark)) != NULL) {
            at += strlen(mark);
            at += strspn(at, " \n");
            size_t length = 0;
            while (isalnum((unsigned char)at[length]) || at[length] == '_')
                length++;
            cr_assert(in_table(at, length), "%.*s is not in the table", (int)length, at);
            found++;
        }
        free(text);
    }
    cr_assert(found > 70);
}

/* --- Failing allocations ---------------------------------------------------------------------- */

/* Inputs and outputs before a call. */
typedef struct snapshot {
    he_ciphertext *a, *b, *three, *squared, *r;
    he_plaintext *pt, *out;
    uint64_t *values;
} snapshot;

static he_plaintext *copy_plaintext(const api_world *w, const he_plaintext *pt)
{
    he_plaintext *r = NULL;
    he_assert_ok(he_plaintext_create(w->ctx, &r));
    he_assert_ok(he_plaintext_copy(r, pt));
    return r;
}

/* Outputs hold something small: a ciphertext at level 0, a plaintext of few words where there are
 * levels. */
static snapshot take(api_world *w)
{
    he_assert_ok(he_mod_switch(w->ctx, w->r, w->b, 0, NULL));
    if (w->mode == API_BFV)
        he_assert_ok(he_bfv_encode_u64(w->ctx, w->out, w->words, 5));
    else
        he_assert_ok(he_ckks_encode_scalar(w->ctx, w->out, 0.5, 0));
    snapshot s = {.a = api_copy(w, w->a),
                  .b = api_copy(w, w->b),
                  .three = api_copy(w, w->three),
                  .squared = api_copy(w, w->squared),
                  .r = api_copy(w, w->r),
                  .pt = copy_plaintext(w, w->pt),
                  .out = copy_plaintext(w, w->out),
                  .values = malloc(w->room)};
    cr_assert(s.values != NULL);
    return s;
}

static void drop(snapshot *s)
{
    he_ciphertext *const all[] = {s->a, s->b, s->three, s->squared, s->r};
    for (size_t i = 0; i < 5; i++)
        he_ciphertext_destroy(all[i]);
    he_plaintext_destroy(s->pt);
    he_plaintext_destroy(s->out);
    free(s->values);
}

/* Outputs anew, with no more room than they need; values hold a pattern. */
static void reset(api_world *w, const snapshot *s)
{
    he_ciphertext_destroy(w->r);
    he_plaintext_destroy(w->out);
    w->r = api_copy(w, s->r);
    w->out = copy_plaintext(w, s->out);
    memset(w->values, 0x5a, w->room);
    memcpy(s->values, w->values, w->room);
}

static void check_inputs(const api_world *w, const snapshot *s, const char *name)
{
    cr_assert(api_same_ciphertext(w->a, s->a) && api_same_ciphertext(w->b, s->b) &&
                  api_same_ciphertext(w->three, s->three) &&
                  api_same_ciphertext(w->squared, s->squared) && api_same_plaintext(w->pt, s->pt),
              "%s changed an input", name);
}

static void check_outputs(const api_world *w, const snapshot *s, const char *name, unsigned long k)
{
    cr_assert(w->r->size == 0 || api_same_ciphertext(w->r, s->r), "%s, %lu: ciphertext", name, k);
    cr_assert(w->out->scheme == HE_SCHEME_NONE || api_same_plaintext(w->out, s->out),
              "%s, %lu: plaintext", name, k);
    cr_assert(memcmp(w->values, s->values, w->room) == 0, "%s, %lu: values", name, k);
}

static void fail_each(api_world *w, const api_function *f, const snapshot *s)
{
    he_status status = HE_ERR_MEMORY;
    for (unsigned long k = 1; status != HE_OK; k++) {
        reset(w, s);
        he_test_fail_allocation(k);
        status = f->call(w, NULL);
        bool reached = he_test_allocations() >= k;
        he_test_fail_allocation(0);
        check_inputs(w, s, f->name);
        cr_assert(status == (reached ? HE_ERR_MEMORY : HE_OK), "%s: allocation %lu gave %d: %s",
                  f->name, k, (int)status, he_last_error());
        if (status != HE_OK)
            check_outputs(w, s, f->name, k);
    }
}

Test(api, every_allocation_can_fail)
{
    for (size_t m = 0; m < 3; m++) {
        api_world w;
        api_open(&w, modes[m]);
        snapshot s = take(&w);
        for (size_t i = 0; i < api_function_count; i++)
            if ((api_functions[i].modes & modes[m]) != 0)
                fail_each(&w, &api_functions[i], &s);
        drop(&s);
        api_close(&w);
    }
}

/* The same where the output is the first operand: as it was, or empty. */
Test(api, every_allocation_can_fail_in_place)
{
    for (size_t m = 0; m < 3; m++) {
        api_world w;
        api_open(&w, modes[m]);
        he_ciphertext *a = w.a, *r = w.r;
        for (size_t i = 0; i < api_function_count; i++) {
            const api_function *f = &api_functions[i];
            he_status status = HE_ERR_MEMORY;
            if ((f->modes & modes[m]) == 0 || f->output != API_CIPHERTEXT)
                continue;
            for (unsigned long k = 1; status != HE_OK; k++) {
                w.a = w.r = api_copy(&w, a);
                he_test_fail_allocation(k);
                status = f->call(&w, NULL);
                he_test_fail_allocation(0);
                cr_assert(status == HE_OK || status == HE_ERR_MEMORY, "%s: %s", f->name,
                          he_last_error());
                cr_assert(status == HE_OK || w.r->size == 0 || api_same_ciphertext(w.r, a),
                          "%s, %lu", f->name, k);
                he_ciphertext_destroy(w.r);
            }
        }
        w.a = a;
        w.r = r;
        api_close(&w);
    }
}

/* --- Scratch ---------------------------------------------------------------------------------- */

Test(api, with_scratch_and_room_nothing_is_allocated)
{
    for (size_t m = 0; m < 3; m++) {
        api_world w;
        api_open(&w, modes[m]);
        he_ciphertext_destroy(w.r);
        he_assert_ok(he_ciphertext_create(w.ctx, &w.r, 3, API_LEVELS));
        he_assert_ok(he_plaintext_copy(w.out, w.pt));
        for (int threads = 1; threads <= 2; threads++) {
            he_scratch *scratch;
            he_assert_ok(he_scratch_create(w.ctx, &scratch, threads == 1 ? NULL : w.executor));
            for (size_t i = 0; i < api_function_count; i++) {
                const api_function *f = &api_functions[i];
                if ((f->modes & modes[m]) == 0 || f->output == API_OBJECT ||
                    (f->flags & API_ALLOCATES) != 0)
                    continue;
                he_test_fail_allocation(0);
                he_assert_ok(f->call(&w, scratch));
                cr_assert(he_test_allocations() == 0, "%s allocates %lu times on %d threads",
                          f->name, he_test_allocations(), threads);
            }
            he_scratch_destroy(scratch);
        }
        api_close(&w);
    }
}

/* --- Claimed bounds --------------------------------------------------------------------------- */

Test(api, a_claim_stays_a_claim)
{
    for (size_t m = 0; m < 3; m++) {
        api_world w;
        api_open(&w, modes[m]);
        he_ciphertext *const inputs[] = {w.a, w.b, w.three, w.squared};
        for (size_t i = 0; i < api_function_count; i++) {
            const api_function *f = &api_functions[i];
            if ((f->modes & modes[m]) == 0 || f->output != API_CIPHERTEXT)
                continue;
            for (size_t which = 0; which < 6; which++) { /* none, each, all */
                for (size_t j = 0; j < 4; j++)
                    inputs[j]->claimed = which == 5 || which == j + 1;
                he_assert_ok(f->call(&w, NULL));
                bool two = (f->flags & API_TWO) != 0 && (which == 1 || which == 2);
                bool must = (f->flags & API_FRESH) == 0 && (which == 5 || two);
                cr_assert(which == 0 || must ? w.r->claimed == must : true, "%s, inputs %zu",
                          f->name, which);
            }
        }
        for (size_t j = 0; j < 4; j++)
            inputs[j]->claimed = false;
        api_close(&w);
    }
}

/* A ciphertext through its bytes, with another bound written into them. */
static he_ciphertext *forged(const api_world *w, const he_ciphertext *ct, double log_sigma)
{
    size_t size = he_ciphertext_save_size(w->ctx, ct), length = 0;
    uint8_t *bytes = malloc(size);
    he_ciphertext *loaded = NULL;
    he_assert_ok(he_ciphertext_save(w->ctx, ct, bytes, size, &length));
    memcpy(bytes + HE_WIRE_HEADER_BYTES + 24, &log_sigma, sizeof log_sigma);
    he_assert_ok(he_ciphertext_load(w->ctx, &loaded, bytes, length));
    cr_assert(loaded->log_sigma == log_sigma && he_ciphertext_noise_claimed(loaded));
    free(bytes);
    return loaded;
}

static void check_refusal(api_world *w, const he_ciphertext *ct, double bits, he_status status,
                          const char *text)
{
    he_plaintext *was = copy_plaintext(w, w->out);
    he_assert_fails(he_decrypt(w->ctx, w->out, ct, w->sk, bits, NULL), status, text);
    cr_assert(api_same_plaintext(w->out, was));
    he_plaintext_destroy(was);
}

/* A server that calls a ruined result a good one, and one that calls a good one ruined. */
Test(api, forged_noise_bounds_are_not_believed)
{
    for (size_t m = 0; m < 3; m++) {
        api_world w;
        api_open(&w, modes[m]);
        const he_context *c = w.ctx;
        const double honest = w.a->log_sigma, plan = he_ciphertext_noise_bits(w.a);
        he_plaintext *expected = NULL;
        he_assert_ok(he_plaintext_create(c, &expected));
        he_assert_ok(he_decrypt(c, expected, w.a, w.sk, HE_NOISE_TRACKED, NULL));
        he_assert_ok(he_plaintext_copy(w.out, w.pt));

        he_ciphertext *low = forged(&w, w.a, -10), *high = forged(&w, w.a, 110);
        he_ciphertext *same = forged(&w, w.a, honest);
        const he_ciphertext *const all[] = {low, high, same};
        for (size_t i = 0; i < 3; i++) {
            check_refusal(&w, all[i], HE_NOISE_TRACKED, HE_ERR_NOISE_UNKNOWN,
                          "he_decrypt: the noise bound of ct was loaded and is only a claim");
            check_refusal(&w, all[i], HE_NOISE_TRACKED, HE_ERR_NOISE_UNKNOWN,
                          "give the bound of your own plan, or HE_NOISE_TRUST_CLAIM");
            check_refusal(&w, all[i], 500, HE_ERR_NOISE, "the noise bound is 500.0 bits");
            check_refusal(&w, all[i], -3, HE_ERR_ARGUMENT, "noise_bits is -3");
            /* the client's own bound decides, whatever the claim */
            he_assert_ok(he_decrypt(c, w.out, all[i], w.sk, plan, NULL));
            cr_assert(api_same_plaintext(w.out, expected));
        }
        he_assert_ok(he_decrypt(c, w.out, low, w.sk, HE_NOISE_TRUST_CLAIM, NULL));
        cr_assert(api_same_plaintext(w.out, expected));
        check_refusal(&w, high, HE_NOISE_TRUST_CLAIM, HE_ERR_NOISE, "decrypt correctly");

        /* work on a forged operand does not make its bound one's own */
        if (modes[m] == API_BFV)
            he_assert_ok(he_bfv_add(c, w.r, w.a, low));
        else
            he_assert_ok(he_ckks_add(c, w.r, w.a, low, NULL));
        check_refusal(&w, w.r, HE_NOISE_TRACKED, HE_ERR_NOISE_UNKNOWN, "only a claim");

        he_plaintext_destroy(expected);
        he_ciphertext_destroy(low);
        he_ciphertext_destroy(high);
        he_ciphertext_destroy(same);
        api_close(&w);
    }
}
