/* SPDX-License-Identifier: MIT */
/* What libhe takes for granted of compiler and machine; it does not build without. */
#ifndef HE_CORE_ASSUMPTIONS_H
#define HE_CORE_ASSUMPTIONS_H

#include <float.h>
#include <limits.h>
#include <stddef.h>
#include <stdint.h>

_Static_assert(CHAR_BIT == 8, "bytes have eight bits");
_Static_assert(sizeof(size_t) == 8, "sizes have 64 bits");
__extension__ typedef unsigned __int128 he_u128;
_Static_assert(sizeof(he_u128) == 16, "there is a 128-bit integer");
_Static_assert((-1 >> 1) == -1, "right shift of negative numbers is arithmetic");
_Static_assert((int64_t)UINT64_MAX == -1, "two's complement");
_Static_assert(DBL_MANT_DIG == 53 && DBL_MAX_EXP == 1024, "double is IEEE-754 binary64");
_Static_assert(FLT_EVAL_METHOD == 0, "doubles are computed as doubles");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "little-endian");

#endif
