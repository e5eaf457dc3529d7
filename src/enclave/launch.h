/* SPDX-License-Identifier: MIT */
/* Starting a sealed image as a process. */
#ifndef HE_ENCLAVE_LAUNCH_H
#define HE_ENCLAVE_LAUNCH_H

#include <he/enclave.h>
#include <sys/types.h>

typedef struct he_launch {
    int image;  /* sealed memfd, executable */
    int socket; /* the child's end; becomes its file 0 */
    bool debug; /* keeps standard error until the image has said that it is a debug enclave */
    bool switch_user;
    uid_t uid;
    gid_t gid;
} he_launch;

/* A memfd with the image in it, sealed; the caller closes it. */
he_status he_image_seal(int *fd, const uint8_t *image, size_t n, bool debug);
/* Whom the enclave is to run as.  *same_uid: no other user could be had. */
he_status he_launch_user(he_launch *launch, bool *same_uid, const he_enclave_config *config);
/* Starts the child; the caller owns *pidfd. */
he_status he_launch_start(pid_t *pid, int *pidfd, const he_launch *launch);

#endif
