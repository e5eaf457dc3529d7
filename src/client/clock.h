/* SPDX-License-Identifier: MIT */
/* Milliseconds of a clock that only goes forward. */
#ifndef HE_CLIENT_CLOCK_H
#define HE_CLIENT_CLOCK_H

double he_clock_ms(void);

#endif
