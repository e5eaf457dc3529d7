/* SPDX-License-Identifier: MIT */
/* Failing with a sentence: the one way in which libhe reports an error. */
#ifndef HE_CORE_STATUS_H
#define HE_CORE_STATUS_H

#include <he/base.h>

/* Stores the detail for this thread and returns status, so that callers can
 * write `return he_fail(HE_ERR_LEVEL, "he_ckks_add: a is at level %u", l);`.
 * The text names public metadata only, never a secret or a message.
 * Exported, though in no public header: libhe_enclave reports through it too. */
HE_API he_status he_fail(he_status status, const char *format, ...) HE_PRINTF(2, 3);

/* For use inside functions that return he_status. */
#define HE_TRY(call)                                                                               \
    do {                                                                                           \
        he_status he_try_ = (call);                                                                \
        if (he_try_ != HE_OK)                                                                      \
            return he_try_;                                                                        \
    } while (0)

#define HE_REQUIRE_PTR(p)                                                                          \
    do {                                                                                           \
        if ((p) == NULL)                                                                           \
            return he_fail(HE_ERR_NULL, "%s: " #p " is NULL", __func__);                           \
    } while (0)

#endif
