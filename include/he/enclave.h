/* SPDX-License-Identifier: MIT */
/** @file enclave.h
 *  Enclaves: a measured program in a place of its own, evidence of what runs there, and a session
 *  between a client and that program through a host that sees sealed records only.
 *
 *  Part of libhe_enclave.  Three sides use three parts of this file:
 *  - the host starts an enclave (he_enclave_create()) and passes bytes in and out
 *    (he_enclave_call());
 *  - the client states what it trusts (he_policy), opens a session (he_session_…), and gives it a
 *    program and inputs; it needs no enclave of its own;
 *  - a verifier appraises evidence alone (he_evidence_appraise()).
 *  docs/enclave.md has the layouts byte by byte, and what each backend does and does not protect.
 *
 *  Rules of <he/he.h> hold, with one exception that is marked: an he_appraisal is also filled by a
 *  refusal, since it says why.
 */
#ifndef HE_ENCLAVE_H
#define HE_ENCLAVE_H

#include <he/program.h>
#include <he/random.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Where an enclave lives. */
typedef enum he_backend {
    HE_BACKEND_AUTO = 0, /**< the strongest that this machine offers; he_enclave_backend() tells */
    HE_BACKEND_KVM = 1,  /**< a virtual machine without an operating system; not offered yet */
    HE_BACKEND_PROCESS = 2, /**< a process of its own that can only read, write and exit */
    HE_BACKEND_SIM = 3      /**< inside the calling process: no isolation, for tests */
} he_backend;

/** What vouches for the evidence in the end. */
typedef enum he_root_of_trust {
    HE_ROOT_NONE = 0,     /**< nothing: unsigned */
    HE_ROOT_SOFTWARE = 1, /**< a key that software on that machine holds */
    HE_ROOT_HARDWARE = 2  /**< the vendor of the processor; not offered yet */
} he_root_of_trust;

/** "auto", "kvm", "process", "sim"; static. */
HE_API const char *he_backend_name(he_backend backend);
/** "none", "software", "hardware"; static. */
HE_API const char *he_root_name(he_root_of_trust root);

#define HE_MEASUREMENT_BYTES  32  /**< BLAKE2b-256 over image and config */
#define HE_PLATFORM_KEY_BYTES 32  /**< Ed25519 public key that signs evidence on a machine */
#define HE_SIGNER_KEY_BYTES   32  /**< Ed25519 public key that signs manifests */
#define HE_REPORT_DATA_BYTES  64  /**< what evidence was made for: a transcript */
#define HE_MANIFEST_BYTES     140 /**< a signed manifest */

/** Facts that evidence states about an enclave, one bit each. */
enum {
    HE_ENCLAVE_DEBUG = 1 << 0,         /**< can be looked into by a debugger */
    HE_ENCLAVE_SIMULATED = 1 << 1,     /**< no isolation at all */
    HE_ENCLAVE_SAME_UID = 1 << 2,      /**< runs as the user who launched it */
    HE_ENCLAVE_NO_SECRET_MEM = 1 << 3, /**< session keys are in ordinary memory */
    HE_ENCLAVE_HOST_MAPPED = 1 << 4,   /**< its memory stays mapped in a host process */
    HE_ENCLAVE_NO_SECCOMP = 1 << 5,    /**< its system calls are not filtered */
    HE_ENCLAVE_KEY_UNLOCKED = 1 << 6   /**< the platform key is in ordinary memory */
};

/* --- Host ------------------------------------------------------------------------------------- */

/** What to run and how.  Start from HE_ENCLAVE_CONFIG_INIT; zero means default. */
typedef struct he_enclave_config {
    size_t struct_size; /**< set by HE_ENCLAVE_CONFIG_INIT */
    he_backend backend; /**< AUTO: process */
    /** The image; NULL: ../libexec/he/he-enclave-image beside this program's directory, else the
     *  installed one. */
    const char *image_path;
    /** Directory of the platform key; NULL: /var/lib/he for root, else $XDG_STATE_HOME/he or
     *  ~/.local/state/he.  Made where it is missing; a directory that is named here is made only
     *  within one that is there. */
    const char *state_dir;
    uint64_t memory_limit; /**< bytes of heap in the enclave, measured; 0 means 256 MiB */
    bool debug;            /**< measured, stated in evidence, refused by default policies */
    /** A launcher that is root runs the enclave as this user; 0: the system user `he-enclave` if
     *  there is one.  Without another user it runs as the launcher and evidence says so. */
    uint32_t uid;
    uint32_t gid; /**< used with uid; 0: the same number */
    /** A signed manifest of HE_MANIFEST_BYTES: the enclave starts only if it fits the image and
     *  this config.  NULL: none. */
    const uint8_t *manifest;
    uint32_t start_timeout_ms; /**< 0 means 10000 */
} he_enclave_config;
/** Every default. */
#define HE_ENCLAVE_CONFIG_INIT                                                                     \
    {                                                                                              \
        .struct_size = sizeof(he_enclave_config)                                                   \
    }

/** A running enclave.  One thread at a time. */
typedef struct he_enclave he_enclave;

/** What an enclave of this config would measure, without starting it: HE_MEASUREMENT_BYTES, for
 *  policies.  Two builds of one source give one measurement.
 *  @retval HE_ERR_IO  no image there; the text names the path */
HE_API HE_MUST_CHECK he_status he_enclave_measure(uint8_t *measurement,
                                                  const he_enclave_config *config);

/** Starts an enclave.  Its process ends with the thread that called this, at the latest.
 *  @retval HE_ERR_UNSUPPORTED   the backend is not offered here: never replaced by another one
 *  @retval HE_ERR_UNTRUSTED     the manifest does not fit
 *  @retval HE_ERR_ENCLAVE_LOST  it ended, or was silent for start_timeout_ms, while starting
 *  @retval HE_ERR_IO            image, state directory or user cannot be had; the text says which
 *  Threads: any.  Time: 5 to 20 ms (process). */
HE_API HE_MUST_CHECK he_status he_enclave_create(he_enclave **enclave,
                                                 const he_enclave_config *config);

/** Bytes that the answer of he_enclave_call() may need. */
#define HE_ENCLAVE_REPLY_MAX (((size_t)1 << 20) + 64)

/** Passes bytes of one client in, and its answer out.
 *  @param[in] channel   the host's number for that client; the enclave keeps one session for each
 *  @param[in] capacity  at least HE_ENCLAVE_REPLY_MAX
 *  @param[in] timeout_ms  0 means 120000; an enclave that is silent for longer is ended
 *  @retval HE_ERR_SESSION_BROKEN  a record of this channel was not the next one; the channel's
 *                                 session is gone, the enclave and its other sessions live
 *  @retval HE_ERR_FORMAT          neither a hello nor a record
 *  @retval HE_ERR_ENCLAVE_LOST    it ended (fault, forbidden system call, timeout): for good */
HE_API HE_MUST_CHECK he_status he_enclave_call(he_enclave *enclave, uint32_t channel, void *out,
                                               size_t capacity, size_t *length, const void *in,
                                               size_t n, uint32_t timeout_ms);
/** Wipes the session of a channel; no error if there is none. */
HE_API HE_MUST_CHECK he_status he_enclave_forget(he_enclave *enclave, uint32_t channel);

HE_API he_backend he_enclave_backend(const he_enclave *enclave); /**< never AUTO */
/** The root of trust that its evidence states. */
HE_API he_root_of_trust he_enclave_root(const he_enclave *enclave);
HE_API uint32_t he_enclave_flags(const he_enclave *enclave); /**< HE_ENCLAVE_… */
/** It has not been lost; an enclave that died unnoticed is found out by the next call. */
HE_API bool he_enclave_alive(const he_enclave *enclave);
/** HE_MEASUREMENT_BYTES; borrowed. */
HE_API const uint8_t *he_enclave_measurement(const he_enclave *enclave);
/** Process number, or 0 (sim). */
HE_API int he_enclave_pid(const he_enclave *enclave);
/** Peak resident bytes of the enclave's process so far (VmHWM); 0 for sim or where unknown. */
HE_API uint64_t he_enclave_memory(const he_enclave *enclave);
/** Lets it wipe its secrets, ends it, frees; NULL is allowed. */
HE_API void he_enclave_destroy(he_enclave *enclave);

/** Makes the platform key of this machine if there is none yet: an Ed25519 key in a 0600 file of
 *  this user.  he_enclave_create() does it by itself.
 *  @param[in] state_dir  NULL: as in he_enclave_config
 *  @retval HE_ERR_UNTRUSTED  file or directory belong to others or are open to them */
HE_API HE_MUST_CHECK he_status he_platform_init(const char *state_dir);
/** Its public half, which clients pin.  Needs no right but to read platform.pub.
 *  @retval HE_ERR_IO  there is none; the text says where it was looked for */
HE_API HE_MUST_CHECK he_status he_platform_public_key(uint8_t *key, const char *state_dir);

/** A manifest: a signer's word that this measurement is its product, at this security version.
 *  @param[out] manifest  HE_MANIFEST_BYTES
 *  @param[in]  seed      32 secret bytes, the signer's Ed25519 seed */
HE_API HE_MUST_CHECK he_status he_manifest_sign(uint8_t *manifest, const uint8_t *measurement,
                                                const uint8_t *seed, uint16_t product,
                                                uint16_t svn);
/** The public key of a signer's seed: HE_SIGNER_KEY_BYTES. */
HE_API HE_MUST_CHECK he_status he_signer_public_key(uint8_t *key, const uint8_t *seed);

/* --- Client: policy and appraisal ------------------------------------------------------------- */

/** What a client trusts.  A new policy trusts nothing: at least one measurement or signer, and one
 *  platform key, must be allowed. */
typedef struct he_policy he_policy;

/** A policy that trusts nothing yet. */
HE_API HE_MUST_CHECK he_status he_policy_create(he_policy **policy);
HE_API void he_policy_destroy(he_policy *policy); /**< NULL is allowed */

#define HE_POLICY_MAX 32 /**< entries of each kind */

/** Enclaves of this measurement, HE_MEASUREMENT_BYTES. */
HE_API HE_MUST_CHECK he_status he_policy_allow_measurement(he_policy *policy,
                                                           const uint8_t *measurement);
/** Any measurement that this signer's manifest names, of this product, at least at this svn. */
HE_API HE_MUST_CHECK he_status he_policy_allow_signer(he_policy *policy, const uint8_t *signer,
                                                      uint16_t product, uint16_t min_svn);
/** Evidence that this platform key has signed, HE_PLATFORM_KEY_BYTES. */
HE_API HE_MUST_CHECK he_status he_policy_allow_platform(he_policy *policy, const uint8_t *key);
/** Default HE_ROOT_SOFTWARE. */
HE_API HE_MUST_CHECK he_status he_policy_set_root(he_policy *policy, he_root_of_trust least);
/** Facts (HE_ENCLAVE_…) to accept beside those that are accepted already.  By default DEBUG,
 *  SIMULATED and SAME_UID are refused, the others accepted and printed. */
HE_API HE_MUST_CHECK he_status he_policy_allow(he_policy *policy, uint32_t flags);
/** Facts to refuse. */
HE_API HE_MUST_CHECK he_status he_policy_refuse(he_policy *policy, uint32_t flags);
/** Evidence may be this much older (or newer) than the client's clock; 0, the default: any age,
 *  since the session's nonce already proves that it is fresh. */
HE_API HE_MUST_CHECK he_status he_policy_set_max_age(he_policy *policy, uint32_t seconds);
/** Records are padded to a multiple of so many bytes, both ways, where their length would tell
 *  something; 0, the default: not.  At most 65536. */
HE_API HE_MUST_CHECK he_status he_policy_set_padding(he_policy *policy, uint32_t step);

/** The checks, in the order in which they are made. */
typedef enum he_check {
    HE_CHECK_NONE = 0,    /**< no check failed */
    HE_CHECK_FORMAT = 1,  /**< magic, lengths, no trailing byte, values that fit together */
    HE_CHECK_VERSION = 2, /**< a version that this library reads */
    HE_CHECK_FLAGS = 3,   /**< no flag bit that it does not know */
    HE_CHECK_SIMULATED = 4,
    HE_CHECK_SIGNATURE = 5, /**< by the platform key in the evidence */
    HE_CHECK_PLATFORM = 6,  /**< that key is one of the policy's */
    HE_CHECK_DEBUG = 7,
    HE_CHECK_SAME_UID = 8,
    HE_CHECK_MEASUREMENT = 9,  /**< measurement, or signer with product and svn */
    HE_CHECK_REPORT_DATA = 10, /**< made for this very session */
    HE_CHECK_ROOT = 11,
    HE_CHECK_SECRET_MEM = 12,
    HE_CHECK_HOST_MAPPED = 13,
    HE_CHECK_SECCOMP = 14,
    HE_CHECK_KEY_LOCKED = 15,
    HE_CHECK_AGE = 16,
    HE_CHECK_HARDWARE = 17 /**< outer evidence; refused as long as it cannot be verified */
} he_check;

/** "measurement" and so on; static. */
HE_API const char *he_check_name(he_check check);

/** What came of an appraisal.  Made once, filled by each appraisal anew. */
typedef struct he_appraisal he_appraisal;

/** An empty appraisal: not trusted. */
HE_API HE_MUST_CHECK he_status he_appraisal_create(he_appraisal **appraisal);
HE_API void he_appraisal_destroy(he_appraisal *appraisal); /**< NULL is allowed */
/** An appraisal was made and every check passed. */
HE_API bool he_appraisal_trusted(const he_appraisal *appraisal);
/** The first check that failed, HE_CHECK_NONE if it is trusted. */
HE_API he_check he_appraisal_reason(const he_appraisal *appraisal);
/** The root of trust that was verified: NONE unless the signature holds and its key is pinned. */
HE_API he_root_of_trust he_appraisal_root(const he_appraisal *appraisal);
HE_API he_backend he_appraisal_backend(const he_appraisal *appraisal); /**< as stated */
HE_API uint32_t he_appraisal_flags(const he_appraisal *appraisal);     /**< as stated */
/** HE_MEASUREMENT_BYTES as stated; borrowed. */
HE_API const uint8_t *he_appraisal_measurement(const he_appraisal *appraisal);
/** Lines that he_appraisal_line() has. */
HE_API size_t he_appraisal_line_count(const he_appraisal *appraisal);
/** One line for each check that was made ("debug: off"); borrowed.
 *  @param[out] check, passed  may be NULL */
HE_API const char *he_appraisal_line(const he_appraisal *appraisal, size_t i, he_check *check,
                                     bool *passed);

/** Whom a user of the result trusts. */
typedef enum he_trust {
    HE_TRUST_NOTHING = 0, /**< evidence was refused: no statement can be made */
    HE_TRUST_SIM = 1,
    HE_TRUST_SAME_UID = 2, /**< process, launched by a user who could have changed it */
    HE_TRUST_PROCESS = 3,
    HE_TRUST_KVM = 4,
    HE_TRUST_HARDWARE = 5,
    HE_TRUST_HOMOMORPHIC = 6, /**< no enclave: the other evaluator */
    HE_TRUST_DEBUG = 7        /**< an enclave that can be looked into */
} he_trust;

/** Whom one trusts who uses what comes from this enclave. */
HE_API he_trust he_appraisal_trust(const he_appraisal *appraisal);
/** One or two sentences to print; static. */
HE_API const char *he_trust_sentence(he_trust trust);

/** Appraises evidence alone.
 *  @param[out] appraisal    filled by a refusal too
 *  @param[in]  report_data  HE_REPORT_DATA_BYTES that it must have been made for
 *  @param[in]  policy       NULL: a new policy, which trusts nothing
 *  @param[in]  now          seconds since 1970
 *  @retval HE_ERR_UNTRUSTED  the measurement, signer or platform key is not one of the policy's
 *  @retval HE_ERR_EVIDENCE   any other check failed; he_appraisal_reason() says which */
HE_API HE_MUST_CHECK he_status he_evidence_appraise(he_appraisal *appraisal, const void *evidence,
                                                    size_t n, const uint8_t *report_data,
                                                    const he_policy *policy, int64_t now);

/* --- Client: session -------------------------------------------------------------------------- */

/** The client's end of a session.  One thread at a time. */
typedef struct he_session he_session;

#define HE_HELLO_BYTES     70                /**< what a client sends first */
#define HE_RECORD_OVERHEAD 29                /**< bytes that a record adds to its message */
#define HE_MESSAGE_MAX     ((size_t)1 << 20) /**< bytes in one record, padding included */

/** Starts: writes HE_HELLO_BYTES to send.
 *  @param[in] policy  copied; NULL: a new policy, which trusts nothing */
HE_API HE_MUST_CHECK he_status he_session_begin(he_session **session, uint8_t *hello,
                                                const he_policy *policy, he_rng *rng);
/** Takes the enclave's reply; there are keys only if its evidence passes.
 *  @param[out] appraisal  filled by a refusal too; may be NULL
 *  @retval HE_ERR_EVIDENCE, HE_ERR_UNTRUSTED  as he_evidence_appraise(); the session is over */
HE_API HE_MUST_CHECK he_status he_session_finish(he_session *session, he_appraisal *appraisal,
                                                 const void *reply, size_t n);
/** record = message, sealed: n + HE_RECORD_OVERHEAD bytes (more with padding).
 *  @retval HE_ERR_BUFFER          capacity is too small; nothing happened
 *  @retval HE_ERR_SESSION_BROKEN  there are no keys (any more) */
HE_API HE_MUST_CHECK he_status he_session_seal(he_session *session, void *record, size_t capacity,
                                               size_t *length, const void *message, size_t n);
/** message = what the enclave sealed.  Only the very next record opens; anything else ends the
 *  session and wipes its keys.
 *  @retval HE_ERR_BUFFER          capacity is below n; nothing happened
 *  @retval HE_ERR_SESSION_BROKEN  replayed, reordered, changed, cut, or of another session */
HE_API HE_MUST_CHECK he_status he_session_open(he_session *session, void *message, size_t capacity,
                                               size_t *length, const void *record, size_t n);
/** Wipes and frees; NULL is allowed. */
HE_API void he_session_destroy(he_session *session);

/* --- Client: a program in an enclave ---------------------------------------------------------- */

/** Carries request to the enclave and brings its answer back: a socket, or a call in tests.
 *  The answer has at most HE_ENCLAVE_REPLY_MAX bytes, and capacity is so much. */
typedef he_status he_transport(void *user, void *answer, size_t capacity, size_t *length,
                               const void *request, size_t n);

/** he_session_begin(), the exchange and he_session_finish() in one; transport and user must live
 *  as long as the session. */
HE_API HE_MUST_CHECK he_status he_session_connect(he_session **session, he_appraisal *appraisal,
                                                  const he_policy *policy, he_rng *rng,
                                                  he_transport *transport, void *user);

/** What an enclave can apply to each element of an output after the program. */
typedef enum he_post {
    HE_POST_NONE = 0,
    HE_POST_LOGISTIC = 1 /**< x to 1 / (1 + exp(-x)), to the last bits of a double: HE cannot */
} he_post;

/** Gives the enclave a program; the first record names its id.  Replaces the one before.
 *  The statuses of these calls are those of the exchange, or the enclave's own with its text. */
HE_API HE_MUST_CHECK he_status he_session_load(he_session *session, const he_program *program);
/** Input i: count elements, zero up to the program's size. */
HE_API HE_MUST_CHECK he_status he_session_input_real(he_session *session, uint32_t i,
                                                     const double *values, size_t count);
/** The same for INTEGER programs. */
HE_API HE_MUST_CHECK he_status he_session_input_integer(he_session *session, uint32_t i,
                                                        const int64_t *values, size_t count);
/** All inputs of the program, size elements each, in as few records as they fit into: one round
 *  trip carries about a million bytes. */
HE_API HE_MUST_CHECK he_status he_session_inputs_real(he_session *session,
                                                      const double *const *inputs);
/** The same for INTEGER programs. */
HE_API HE_MUST_CHECK he_status he_session_inputs_integer(he_session *session,
                                                         const int64_t *const *inputs);
/** Runs.  post: NULL, or one he_post for each output (REAL). */
HE_API HE_MUST_CHECK he_status he_session_run(he_session *session, const he_post *post);
/** The first count elements of output i.
 *  @retval HE_ERR_MISMATCH  the answer names another program than the one that was loaded */
HE_API HE_MUST_CHECK he_status he_session_output_real(he_session *session, double *values,
                                                      size_t count, uint32_t i);
/** The same for INTEGER programs. */
HE_API HE_MUST_CHECK he_status he_session_output_integer(he_session *session, int64_t *values,
                                                         size_t count, uint32_t i);

/** All outputs of the program, size elements each, in as few records as they fit into.
 *  @retval HE_ERR_MISMATCH  as above; what had arrived is in outputs */
HE_API HE_MUST_CHECK he_status he_session_outputs_real(he_session *session, double *const *outputs);
/** The same for INTEGER programs. */
HE_API HE_MUST_CHECK he_status he_session_outputs_integer(he_session *session,
                                                          int64_t *const *outputs);

#ifdef __cplusplus
}
#endif
#endif
