/* SPDX-License-Identifier: MIT */
/* What the image of the tests does when it is asked to: the first byte of a request. */
#ifndef HE_TEST_ENCLAVE_FAULTS_H
#define HE_TEST_ENCLAVE_FAULTS_H

enum {
    FAULT_ECHO = 'e',       /* no fault: answers with the request */
    FAULT_OPEN = 'o',       /* a forbidden system call */
    FAULT_X32 = 'x',        /* read by its number in the x32 interface */
    FAULT_NULL = 'n',       /* writes to address 0 */
    FAULT_TEXT = 't',       /* writes to its own code */
    FAULT_DATA = 'd',       /* executes data */
    FAULT_PRIVILEGED = 'p', /* an instruction of the kernel's */
    FAULT_LOOP = 'l',       /* never answers */
    FAULT_EXIT = 'q',       /* ends by itself */
    FAULT_BABBLE = 'b',     /* writes to the socket what is no frame */
    FAULT_STACK = 's'       /* overruns its stack */
};

#endif
