/* SPDX-License-Identifier: MIT */
/* What an image does for a client: runs a program in the clear (task.c), or misbehaves on request
 * (the image of the tests). */
#ifndef HE_ENCLAVE_IMAGE_TASK_H
#define HE_ENCLAVE_IMAGE_TASK_H

#include "enclave/image/layout.h"

typedef struct he_task he_task;

/* NULL without memory. */
he_task *he_task_create(void);
/* Wipes; NULL is allowed. */
void he_task_destroy(he_task *task);
/* Always answers: what fails is said in the answer.  capacity is at least HE_MESSAGE_MAX minus
 * the padding of one record; request and answer do not overlap. */
void he_task_handle(he_task *task, uint8_t *answer, size_t capacity, size_t *length,
                    const uint8_t *request, size_t n);

#endif
