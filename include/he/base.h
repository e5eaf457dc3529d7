/* SPDX-License-Identifier: MIT */
/** @file base.h
 *  Status codes, error texts, version: what every other header of libhe needs.
 */
#ifndef HE_BASE_H
#define HE_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/** @def HE_API
 *  A declaration that the shared library exports.
 *  @def HE_MUST_CHECK
 *  The compiler warns where the returned status is ignored.
 *  @def HE_PRINTF
 *  Argument f is a format for printf(), its arguments begin at a. */
#if defined(__GNUC__)
#define HE_API          __attribute__((visibility("default")))
#define HE_MUST_CHECK   __attribute__((warn_unused_result))
#define HE_PRINTF(f, a) __attribute__((format(printf, f, a)))
#else
#define HE_API
#define HE_MUST_CHECK
#define HE_PRINTF(f, a)
#endif

#ifdef __cplusplus
extern "C" {
#endif

#define HE_VERSION_MAJOR  0       /**< of these headers */
#define HE_VERSION_MINOR  1       /**< of these headers */
#define HE_VERSION_PATCH  0       /**< of these headers */
#define HE_VERSION_STRING "0.1.0" /**< of these headers; he_version() has the library's */

/** What a call came to.  Zero is success; every failure is negative. */
typedef enum he_status {
    HE_OK = 0,
    HE_ERR_NULL = -1,            /**< a pointer that must not be NULL is */
    HE_ERR_ARGUMENT = -2,        /**< a number, length or name is out of its range */
    HE_ERR_PARAMS = -3,          /**< parameters that no scheme can work with */
    HE_ERR_INSECURE = -4,        /**< parameters weaker than the security level asked for */
    HE_ERR_MISMATCH = -5,        /**< objects of different contexts, schemes, sizes or domains */
    HE_ERR_LEVEL = -6,           /**< no level left, or levels that do not fit */
    HE_ERR_SCALE = -7,           /**< scales that do not fit (explicit mode) or are out of range */
    HE_ERR_NOISE = -8,           /**< the noise bound no longer allows a correct decryption */
    HE_ERR_NOISE_UNKNOWN = -9,   /**< the noise bound was loaded, so it is only a claim */
    HE_ERR_NO_KEY = -10,         /**< the key for this operation is not among those given */
    HE_ERR_BUFFER = -11,         /**< the output buffer is too small */
    HE_ERR_FORMAT = -12,         /**< bytes that are not what they should be */
    HE_ERR_VERSION = -13,        /**< a format version that this library does not read */
    HE_ERR_UNTRUSTED = -14,      /**< a peer or a measurement that the policy does not trust */
    HE_ERR_MEMORY = -15,         /**< no memory */
    HE_ERR_ENTROPY = -16,        /**< the source of randomness failed */
    HE_ERR_UNSUPPORTED = -17,    /**< not offered by this build, machine or scheme */
    HE_ERR_IO = -18,             /**< a file, socket or process failed */
    HE_ERR_EVIDENCE = -19,       /**< attestation evidence refused; the appraisal says why */
    HE_ERR_SESSION_BROKEN = -20, /**< a record was replayed, reordered, changed or cut */
    HE_ERR_ENCLAVE_LOST = -21,   /**< the enclave ended; it does not come back */
    HE_ERR_SEAL = -22,           /**< a sealed blob does not open here */
    HE_ERR_ROLLBACK = -23        /**< a sealed blob is older than the counter */
} he_status;

/** A sentence for a status; never NULL, static.  Threads: any. */
HE_API const char *he_status_text(he_status status);

/** The detail of this thread's last failure ("he_ckks_add: a is at level 2, b at level 3").
 *  Written only on failure, names public metadata only; "" before the first failure.
 *  Valid until the next failing call of the same thread.  Threads: any. */
HE_API const char *he_last_error(void);

/** "MAJOR.MINOR.PATCH" of the library that is linked.  Threads: any. */
HE_API const char *he_version(void);

#ifdef __cplusplus
}
#endif
#endif
