/* SPDX-License-Identifier: MIT */
/* The enclave's side: what a client may ask inside a session, and what a host may pass in.
 *
 * Input: pieces, each a length u16 and so many bytes.  Every piece is a request of one task; a
 * piece whose kind is PROGRAM with the id left zero gets the right id and total, so that loading is
 * reached.  The same pieces go to a guest as raw bytes of channel 1. */
#include "fuzz/fuzz.h"

#include "core/bytes.h"
#include "enclave/image/guest.h"
#include "enclave/image/task.h"
#include <sodium.h>
#include <string.h>

static uint8_t *answer;
static he_guest *guest;

static void draw(void *user, uint8_t *out, size_t n)
{
    (void)user;
    memset(out, 7, n);
}

static he_status report(void *user, uint8_t *evidence, size_t *length,
                        const uint8_t report_data[HE_REPORT_DATA_BYTES])
{
    (void)user;
    memcpy(evidence, report_data, HE_REPORT_DATA_BYTES);
    *length = HE_REPORT_DATA_BYTES;
    return HE_OK;
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    static const uint8_t measurement[HE_MEASUREMENT_BYTES];
    static const he_guest_platform platform = {NULL, draw, report};
    cr_assert(sodium_init() >= 0);
    answer = malloc(HE_ENCLAVE_REPLY_MAX);
    he_assert_ok(he_guest_init(&guest, calloc(1, he_guest_secret_bytes()), measurement, &platform));
    return 0;
}

static void complete_program(uint8_t *request, size_t n)
{
    if (n <= HE_TASK_PROGRAM_HEAD || he_load32(request) != HE_TASK_PROGRAM ||
        sodium_is_zero(request + 4, HE_TASK_ID_BYTES) != 1)
        return;
    size_t total = n - HE_TASK_PROGRAM_HEAD;
    crypto_generichash(request + 4, HE_TASK_ID_BYTES, request + HE_TASK_PROGRAM_HEAD, total, NULL,
                       0);
    he_store64(request + 36, total);
    he_store64(request + 44, 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    he_task *task = he_task_create();
    cr_assert(task != NULL, "memory");
    while (size >= 2) {
        size_t n = he_load16(data), length = 0;
        data += 2;
        size -= 2;
        if (n > size)
            n = size;
        uint8_t *request = malloc(n + (n == 0)); /* exactly, for the sanitizer */
        memcpy(request, data, n);
        if (he_guest_call(guest, 1, answer, &length, request, n) != HE_OK)
            cr_assert(length == 0, "an answer beside a failure");
        complete_program(request, n);
        he_task_handle(task, answer, HE_MESSAGE_MAX, &length, request, n);
        cr_assert(length >= HE_TASK_ANSWER_HEAD && length <= HE_MESSAGE_MAX, "%zu", length);
        he_status status = (he_status)(int32_t)he_load32(answer + 4);
        cr_assert(status <= HE_OK && status >= HE_ERR_ROLLBACK, "%d", (int)status);
        free(request);
        data += n;
        size -= n;
    }
    he_task_destroy(task);
    return 0;
}
