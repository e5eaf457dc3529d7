/* SPDX-License-Identifier: MIT */
/* Every function of the public headers of libhe that can fail, in one table, so that what holds for
 * all of them is tested for all of them. */
#ifndef HE_TEST_API_H
#define HE_TEST_API_H

#include "support/test.h"

#include "rlwe/rlwe.h"
#include <he/he.h>

#define API_N      1024
#define API_STEP   3
#define API_LEVELS 2 /* above 0 */

/* Contexts on which the table runs. */
typedef enum api_mode {
    API_BFV = 1,
    API_CKKS = 2, /* canonical */
    API_EXPLICIT = 4
} api_mode;
#define API_BOTH (API_CKKS | API_EXPLICIT)
#define API_ALL  (API_BFV | API_BOTH)

/* Where a function writes. */
typedef enum api_output {
    API_CIPHERTEXT, /* w->r */
    API_PLAINTEXT,  /* w->out */
    API_VALUES,     /* w->values */
    API_OBJECT /* a new object; the call checks that there is none on failure, and destroys it */
} api_output;

/* What is special about a function. */
enum {
    API_ALLOCATES = 1, /* even with scratch and room in the output */
    API_FRESH = 2,     /* the result is a ciphertext whose bound is no claim, whatever the inputs */
    API_TWO = 4        /* of ciphertexts: w->a and w->b */
};

typedef struct api_saved {
    uint8_t *bytes;
    size_t length;
} api_saved;

typedef struct api_world {
    api_mode mode;
    he_params params;
    he_context *ctx;
    he_executor *executor;
    he_rng *rng;
    he_secret_key *sk;
    he_public_key *pk;
    he_relin_key *rk;
    he_galois_keys *gk;
    he_plaintext *pt;
    he_ciphertext *a, *b, *three, *squared; /* squared: degree 2 in CKKS */
    api_saved saved[HE_KIND_GALOIS_KEYS + 1];
    double reals[API_N];
    int64_t integers[API_N];
    uint64_t words[API_N];
    he_ciphertext *r; /* outputs */
    he_plaintext *out;
    uint64_t *values;
    size_t room; /* bytes of values */
} api_world;

typedef struct api_function {
    const char *name;
    unsigned modes;
    api_output output;
    unsigned flags;
    he_status (*call)(api_world *w, he_scratch *s);
} api_function;

extern const api_function api_functions[];
extern const size_t api_function_count;

void api_open(api_world *w, api_mode mode);
void api_close(api_world *w);

/* Equal in all that they say of themselves and in every word. */
bool api_same_ciphertext(const he_ciphertext *a, const he_ciphertext *b);
bool api_same_plaintext(const he_plaintext *a, const he_plaintext *b);
he_ciphertext *api_copy(const api_world *w, const he_ciphertext *a);

#endif
