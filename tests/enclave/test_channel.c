/* SPDX-License-Identifier: MIT */
/* The session's cryptography: known answers of an independent implementation, and every way in
 * which a record can be the wrong one. */
#include "core/bytes.h"
#include "enclave/image/channel.h"
#include "support/test.h"
#include "vectors.h"

#include <sodium.h>
#include <string.h>

typedef struct ends {
    he_channel client, enclave;
} ends;

static void agree(ends *e)
{
    uint8_t a[32], b[32], pa[32], pb[32], th[HE_TRANSCRIPT_BYTES];
    cr_assert_geq(sodium_init(), 0);
    randombytes_buf(a, sizeof a);
    randombytes_buf(b, sizeof b);
    randombytes_buf(th, sizeof th);
    crypto_scalarmult_base(pa, a);
    crypto_scalarmult_base(pb, b);
    memset(e, 0, sizeof *e);
    cr_assert(he_channel_agree(&e->client, HE_SIDE_CLIENT, a, pb, th));
    cr_assert(he_channel_agree(&e->enclave, HE_SIDE_ENCLAVE, b, pa, th));
}

static bool is_wiped(const he_channel *c)
{
    return sodium_is_zero((const unsigned char *)c, sizeof *c) == 1;
}

Test(channel, known_answers)
{
    uint8_t key[32], hello[HE_HELLO_BYTES], th[HE_TRANSCRIPT_BYTES];
    cr_assert_geq(sodium_init(), 0);
    crypto_scalarmult_base(key, kat_client_secret);
    he_hello_make(hello, kat_client_nonce, key);
    cr_assert_arr_eq(hello, kat_hello, sizeof hello);
    he_transcript(th, hello, kat_enclave_key, kat_enclave_nonce, kat_measurement);
    cr_assert_arr_eq(th, kat_transcript, sizeof th);
    he_channel client = {0}, enclave = {0};
    cr_assert(he_channel_agree(&client, HE_SIDE_CLIENT, kat_client_secret, kat_enclave_key, th));
    cr_assert(he_channel_agree(&enclave, HE_SIDE_ENCLAVE, kat_enclave_secret,
                               he_hello_public_key(hello, sizeof hello), th));

    uint8_t record[256];
    cr_assert_eq(he_record_size(&client, sizeof kat_message), sizeof kat_record_client_1);
    cr_assert(he_channel_seal(&client, record, kat_message, sizeof kat_message));
    cr_assert_arr_eq(record, kat_record_client_1, sizeof kat_record_client_1);
    cr_assert(he_channel_seal(&client, record, NULL, 0));
    cr_assert_arr_eq(record, kat_record_client_2, sizeof kat_record_client_2);
    enclave.step = 64;
    cr_assert_eq(he_record_size(&enclave, sizeof kat_message), sizeof kat_record_enclave_1);
    cr_assert(he_channel_seal(&enclave, record, kat_message, sizeof kat_message));
    cr_assert_arr_eq(record, kat_record_enclave_1, sizeof kat_record_enclave_1);
}

Test(channel, hellos_of_another_kind_are_none)
{
    uint8_t hello[HE_HELLO_BYTES + 1] = {0};
    memcpy(hello, kat_hello, HE_HELLO_BYTES);
    cr_assert_not_null(he_hello_public_key(hello, HE_HELLO_BYTES));
    cr_assert_null(he_hello_public_key(hello, HE_HELLO_BYTES - 1));
    cr_assert_null(he_hello_public_key(hello, HE_HELLO_BYTES + 1));
    for (size_t i = 0; i < 6; i++) { /* magic and suite */
        hello[i] ^= 1;
        cr_assert_null(he_hello_public_key(hello, HE_HELLO_BYTES));
        hello[i] ^= 1;
    }
}

Test(channel, points_of_small_order_are_refused)
{
    /* 0, 1, and the two of order 8 (RFC 7748, section 6.1; Curve25519 paper) */
    static const uint8_t points[4][32] = {
        {0},
        {1},
        {0xe0, 0xeb, 0x7a, 0x7c, 0x3b, 0x41, 0xb8, 0xae, 0x16, 0x56, 0xe3,
         0xfa, 0xf1, 0x9f, 0xc4, 0x6a, 0xda, 0x09, 0x8d, 0xeb, 0x9c, 0x32,
         0xb1, 0xfd, 0x86, 0x62, 0x05, 0x16, 0x5f, 0x49, 0xb8, 0x00},
        {0x5f, 0x9c, 0x95, 0xbc, 0xa3, 0x50, 0x8c, 0x24, 0xb1, 0xd0, 0xb1,
         0x55, 0x9c, 0x83, 0xef, 0x5b, 0x04, 0x44, 0x5c, 0xc4, 0x58, 0x1c,
         0x8e, 0x86, 0xd8, 0x22, 0x4e, 0xdd, 0xd0, 0x9f, 0x11, 0x57},
    };
    for (size_t i = 0; i < 4; i++) {
        he_channel c;
        memset(&c, 0xff, sizeof c);
        cr_assert_not(
            he_channel_agree(&c, HE_SIDE_CLIENT, kat_client_secret, points[i], kat_transcript));
        cr_assert(is_wiped(&c), "point %zu", i);
    }
}

Test(channel, messages_of_many_sizes_pass_both_ways)
{
    static const size_t sizes[] = {0, 1, 63, 64, 65, 4096, HE_MESSAGE_MAX};
    static const uint32_t steps[] = {0, 1, 2, 256, 1000, HE_PADDING_MAX};
    uint8_t *message = malloc(HE_MESSAGE_MAX), *record = malloc(HE_GUEST_REQUEST_MAX),
            *opened = malloc(HE_MESSAGE_MAX);
    randombytes_buf(message, HE_MESSAGE_MAX);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++) {
        ends e;
        agree(&e);
        e.client.step = steps[i];
        for (size_t k = 0; k < sizeof sizes / sizeof *sizes; k++) {
            size_t n = sizes[k], got = 0, size = he_record_size(&e.client, n);
            if (size == 0) { /* no room for the padding */
                cr_assert(n == HE_MESSAGE_MAX && steps[i] != 0);
                continue;
            }
            if (steps[i] != 0)
                cr_assert_eq((size - HE_RECORD_OVERHEAD) % steps[i], 0);
            cr_assert(he_channel_seal(&e.client, record, message, n));
            cr_assert(he_channel_open(&e.enclave, opened, &got, record, size));
            cr_assert_eq(got, n);
            cr_assert_eq(memcmp(opened, message, n), 0);
            /* and back, padded alike */
            cr_assert_eq(e.enclave.step, steps[i]);
            cr_assert_eq(he_record_size(&e.enclave, n), size);
            cr_assert(he_channel_seal(&e.enclave, record, message, n));
            cr_assert(he_channel_open(&e.client, opened, &got, record, size));
            cr_assert_eq(got, n);
        }
    }
    he_channel none = {0};
    cr_assert_eq(he_record_size(&none, HE_MESSAGE_MAX + 1), 0);
    free(message);
    free(record);
    free(opened);
}

/* The receiver refuses the record, ends, and takes nothing any more. */
static void refuses(he_channel *receiver, const uint8_t *record, size_t n, const char *what)
{
    uint8_t opened[256];
    size_t got = 0;
    cr_assert_not(he_channel_open(receiver, opened, &got, record, n), "%s opened", what);
    cr_assert(is_wiped(receiver), "%s left keys", what);
    cr_assert_not(he_channel_seal(receiver, opened, opened, 1), "%s: still seals", what);
}

Test(channel, only_the_next_record_opens)
{
    static const uint8_t message[] = "one of several records";
    const size_t size = sizeof message + HE_RECORD_OVERHEAD;
    uint8_t first[128], second[128], third[128], opened[128];
    size_t got;
    ends e;

    agree(&e); /* replay */
    cr_assert(he_channel_seal(&e.client, first, message, sizeof message));
    cr_assert(he_channel_open(&e.enclave, opened, &got, first, size));
    refuses(&e.enclave, first, size, "a replay");

    agree(&e); /* reorder */
    cr_assert(he_channel_seal(&e.client, first, message, sizeof message));
    cr_assert(he_channel_seal(&e.client, second, message, sizeof message));
    refuses(&e.enclave, second, size, "the second before the first");

    agree(&e); /* drop */
    for (uint8_t *r = first; r != NULL; r = r == first ? second : r == second ? third : NULL)
        cr_assert(he_channel_seal(&e.client, r, message, sizeof message));
    cr_assert(he_channel_open(&e.enclave, opened, &got, first, size));
    refuses(&e.enclave, third, size, "the third after the first");

    agree(&e); /* reflect */
    cr_assert(he_channel_seal(&e.client, first, message, sizeof message));
    refuses(&e.client, first, size, "a reflection");

    ends other; /* splice */
    agree(&e);
    agree(&other);
    cr_assert(he_channel_seal(&other.client, first, message, sizeof message));
    refuses(&e.enclave, first, size, "another session's record");

    agree(&e); /* a number that was made to fit */
    cr_assert(he_channel_seal(&e.client, first, message, sizeof message));
    cr_assert(he_channel_seal(&e.client, second, message, sizeof message));
    he_store64(second + 1, 1);
    refuses(&e.enclave, second, size, "a renumbered record");
}

Test(channel, changed_and_cut_records_do_not_open)
{
    static const uint8_t message[] = "a short message";
    ends e;
    for (uint32_t step = 0; step <= 16; step += 16) {
        agree(&e);
        e.client.step = step;
        const he_channel fresh = e.enclave;
        size_t size = he_record_size(&e.client, sizeof message);
        uint8_t record[128], changed[129];
        cr_assert(he_channel_seal(&e.client, record, message, sizeof message));
        for (size_t bit = 0; bit < 8 * size; bit++) {
            memcpy(changed, record, size);
            changed[bit / 8] ^= (uint8_t)(1 << bit % 8);
            e.enclave = fresh;
            refuses(&e.enclave, changed, size, "a flipped bit");
        }
        for (size_t n = 0; n < size; n++) {
            e.enclave = fresh;
            refuses(&e.enclave, record, n, "a cut record");
        }
        memcpy(changed, record, size);
        changed[size] = 0;
        e.enclave = fresh;
        refuses(&e.enclave, changed, size + 1, "a byte too many");
        e.enclave = fresh; /* and untouched it does open */
        size_t got = 0;
        uint8_t opened[128];
        cr_assert(he_channel_open(&e.enclave, opened, &got, record, size));
        cr_assert_eq(got, sizeof message);
    }
}

/* Bytes sealed by the right key as a padded record, though they are none. */
static void refuses_padding(const uint8_t *plain, size_t n, const char *what)
{
    ends e;
    agree(&e);
    uint8_t record[256], nonce[24] = {HE_SIDE_CLIENT}, ad[32 + 13];
    record[0] = 2;
    he_store64(record + 1, 1);
    he_store32(record + 9, (uint32_t)n);
    nonce[16] = 1;
    memcpy(ad, e.client.session_id, 32);
    memcpy(ad + 32, record, 13);
    crypto_aead_xchacha20poly1305_ietf_encrypt(record + 13, NULL, plain, n, ad, sizeof ad, NULL,
                                               nonce, e.client.send_key);
    refuses(&e.enclave, record, n + HE_RECORD_OVERHEAD, what);
}

Test(channel, bad_padding_does_not_open)
{
    uint8_t plain[32] = {16, 0, 0, 0, 'x', 0x80};
    refuses_padding(plain, 3, "less than a step");
    refuses_padding(plain, 15, "no multiple of the step");
    plain[5] = 0;
    refuses_padding(plain, 16, "no mark");
    plain[3] = 0x80;
    plain[4] = 0;
    refuses_padding(plain, 16, "a step beyond the greatest");
    he_store32(plain, 0);
    refuses_padding(plain, 16, "step 0");
    he_store32(plain, 0x80);
    memset(plain + 4, 0, 28);
    refuses_padding(plain, 32, "a step longer than the record");
    he_store32(plain, 0x8004);
    plain[4] = 0;
    refuses_padding(plain, 4, "a mark within the step");
}

Test(channel, sequence_numbers_end)
{
    static const uint8_t message[] = "the last";
    uint8_t record[128], opened[128];
    size_t got;
    ends e;
    agree(&e);
    e.client.sent = e.enclave.received = UINT64_MAX - 1;
    cr_assert(he_channel_seal(&e.client, record, message, sizeof message));
    cr_assert(
        he_channel_open(&e.enclave, opened, &got, record, sizeof message + HE_RECORD_OVERHEAD));
    cr_assert_not(he_channel_seal(&e.client, record, message, sizeof message));
    refuses(&e.enclave, record, sizeof message + HE_RECORD_OVERHEAD, "number 0 after the last");
}
