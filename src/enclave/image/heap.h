/* SPDX-License-Identifier: MIT */
/* The image's memory: one region, taken before the image locks itself, behind core/memory.h. */
#ifndef HE_ENCLAVE_IMAGE_HEAP_H
#define HE_ENCLAVE_IMAGE_HEAP_H

#include <stdbool.h>
#include <stddef.h>

/* Reserves the region; pages become resident when they are first used.  Once. */
bool he_heap_init(size_t length);
/* Overwrites all that was ever used; nothing may be allocated any more. */
void he_heap_wipe(void);

#endif
