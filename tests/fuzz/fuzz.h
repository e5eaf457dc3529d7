/* SPDX-License-Identifier: MIT */
/* For libFuzzer targets: the fixtures of the tests, whose failing assertions end the process. */
#ifndef HE_TEST_FUZZ_H
#define HE_TEST_FUZZ_H

#include "support/test.h" /* over support/mini.h: HE_MINI_RUNNER */

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
