/* SPDX-License-Identifier: MIT */
/* Aligned memory: zeroed, overflow-checked, wiped where it held secrets. */
#ifndef HE_CORE_MEMORY_H
#define HE_CORE_MEMORY_H

#include <he/base.h>

/* Exported, though in no public header: libhe_enclave's memory comes from here too. */

/* Alignment of every array of residues and every table (docs/bounds.md, section 6). */
#define HE_ALIGN 64

/* count * size zero bytes, HE_ALIGN-aligned; NULL on overflow or without memory.
 * A product of 0 gives a valid pointer. */
HE_API void *he_alloc(size_t count, size_t size);
/* The same without the zeroing, for arrays that are written whole. */
HE_API void *he_alloc_raw(size_t count, size_t size);
/* NULL is allowed. */
HE_API void he_free(void *p);
/* Overwrites all bytes of the allocation first. */
HE_API void he_free_secret(void *p);
/* Overwrites length bytes in a way that the compiler does not remove. */
HE_API void he_wipe(void *p, size_t length);

#endif
