/* SPDX-License-Identifier: MIT */
/** @file client.h
 *  The comparing client: one program, run in the clear, on ciphertexts at a server that holds no
 *  key, and inside an attested enclave; and a report that puts the three side by side.
 *
 *  Part of libhe_enclave.  Three layers, each usable alone: a server (he_serve), a client of one
 *  server (he_client_…), and the comparison that starts both for each evaluator (he_compare_…).
 */
#ifndef HE_CLIENT_H
#define HE_CLIENT_H

#include <he/enclave.h>
#include <he/he.h>
#include <stdio.h>

#ifdef __cplusplus
extern "C" {
#endif

/** Who computes. */
typedef enum he_evaluator {
    HE_EVALUATOR_PLAIN = 0,  /**< the client itself, in the clear: the reference */
    HE_EVALUATOR_HE = 1,     /**< a server that sees ciphertexts only */
    HE_EVALUATOR_ENCLAVE = 2 /**< an attested enclave at the server */
} he_evaluator;
#define HE_EVALUATOR_COUNT 3 /**< evaluators are numbered from 0 */

/** "plain", "homomorphic", "enclave"; static. */
HE_API const char *he_evaluator_name(he_evaluator evaluator);

/* --- Server ----------------------------------------------------------------------------------- */

/** What a server offers and where.  Start from HE_SERVE_INIT; zero means default. */
typedef struct he_serve_options {
    size_t struct_size;     /**< set by HE_SERVE_INIT */
    he_evaluator evaluator; /**< HE or ENCLAVE */
    const char *address;    /**< "unix:PATH", or "tcp:PORT" on the loopback (port 0: any) */
    uint32_t threads;       /**< of one evaluation; 0 means 1 */
    he_isa isa;             /**< HE: the widest instruction set to use */
    uint32_t idle_ms;       /**< a silent connection ends after this; 0 means 30000 */
    int ready_fd;           /**< the address in use is written here once listening; 0: nowhere */
    /** Called once listening, with the address in use; NULL: nobody. */
    void (*ready)(void *user, const char *address);
    void *user; /**< passed to ready */
    /** HE: the most bytes that parameters, program, keys and ciphertexts of a connection may take,
     *  by a bound that is computed before any of them is taken; 0 means 2 GB. */
    uint64_t memory_limit;
    const char *image;  /**< ENCLAVE: the image; NULL: the one libhe was built with */
    const char *state;  /**< ENCLAVE: directory of the platform key; NULL: the default */
    he_backend backend; /**< ENCLAVE */
} he_serve_options;
/** Every choice left to the library. */
#define HE_SERVE_INIT                                                                              \
    {                                                                                              \
        .struct_size = sizeof(he_serve_options)                                                    \
    }

/** Serves one connection at a time until the process gets SIGTERM or SIGINT.
 *
 *  A HE server holds parameters, a program, evaluation keys and ciphertexts, and nothing else.
 *  Every length is checked against what parameters and program imply before memory is taken, and
 *  what those imply against memory_limit.  A client can keep the server busy for as long as its
 *  program runs; others wait meanwhile.
 *  @retval HE_ERR_IO  the address is in use or cannot be had; the text says which and why */
HE_API HE_MUST_CHECK he_status he_serve(const he_serve_options *options);

/** A server in a process of its own, which ends when this process ends. */
typedef struct he_server he_server;

/** Starts one and waits until it listens.
 *  @param[in] tool  path of the tool `he`, started as `he serve`; NULL: a fork of this process
 *  @param[in] core  the first of the options' threads processor cores that it stays on, or -1 */
HE_API HE_MUST_CHECK he_status he_server_start(he_server **server, const he_serve_options *options,
                                               const char *tool, int core);
/** Where it listens, in the form that he_client_open() takes; borrowed. */
HE_API const char *he_server_address(const he_server *server);
HE_API int he_server_pid(const he_server *server); /**< of the server process */
/** Peak resident memory of the server and its children so far, in bytes (VmHWM, summed). */
HE_API uint64_t he_server_memory(const he_server *server);
/** Ends it and frees; NULL is allowed. */
HE_API void he_server_stop(he_server *server);

/* --- Client ----------------------------------------------------------------------------------- */

/** A client of one server (or of itself, for plain). */
typedef struct he_client he_client;

/** Start from HE_CLIENT_INIT; zero means default. */
typedef struct he_client_options {
    size_t struct_size;      /**< set by HE_CLIENT_INIT */
    he_evaluator evaluator;  /**< who computes */
    const char *address;     /**< of the server; NULL for plain */
    uint32_t threads;        /**< of this client's own work; 0 means 1 */
    uint32_t timeout_ms;     /**< for one answer of the server; 0 means 120000 */
    const he_params *hints;  /**< HE: parameters that are to be forced; NULL: none */
    const he_policy *policy; /**< ENCLAVE: what is trusted; NULL: the strict default */
} he_client_options;
/** Every choice left to the library. */
#define HE_CLIENT_INIT                                                                             \
    {                                                                                              \
        .struct_size = sizeof(he_client_options)                                                   \
    }

/** Connects; for an enclave also attests: nothing is sent before the evidence passes the policy.
 *  @param[out] why  the appraisal, also where it refuses; may be NULL
 *  @retval HE_ERR_EVIDENCE  refused; *why and the text give the first failing check
 *  @retval HE_ERR_IO        no server there, or it went away */
HE_API HE_MUST_CHECK he_status he_client_open(he_client **client, const he_client_options *options,
                                              he_appraisal *why);

/** Gives the server a program; for HE makes parameters and keys for it and uploads the evaluation
 *  keys.  The program is copied. */
HE_API HE_MUST_CHECK he_status he_client_load(he_client *client, const he_program *program);

/** Runs the loaded program once.  inputs[i] and outputs[i] hold the program's size elements;
 *  outputs change only where the whole run succeeds.
 *  post: NULL, or one he_post for each output (HE_ERR_UNSUPPORTED for HE unless all are NONE).
 *  A result outside the range that the program can give is refused (HE_ERR_UNTRUSTED): an
 *  honest server cannot have produced it.  Within the range nothing proves an HE server honest. */
HE_API HE_MUST_CHECK he_status he_client_run_real(he_client *client, double *const *outputs,
                                                  const double *const *inputs, const he_post *post);
/** The same for INTEGER programs; elements in [-t/2, t/2]. */
HE_API HE_MUST_CHECK he_status he_client_run_integer(he_client *client, int64_t *const *outputs,
                                                     const int64_t *const *inputs);

/** Times in ms, bytes and round trips: of opening and loading (once), and of the last run. */
typedef struct he_client_figures {
    double keys_ms;       /**< parameters and keys */
    double key_upload_ms; /**< program and evaluation keys to the server and taken there */
    double handshake_ms;  /**< connection; for an enclave attestation too */
    double encrypt_ms;    /**< encode and encrypt, or seal */
    double upload_ms;     /**< inputs to the server and taken there */
    double evaluate_ms;   /**< as the server measured it; for plain the program itself */
    double download_ms;   /**< outputs to the client */
    double decrypt_ms;    /**< decrypt and decode, or open */
    uint64_t up_once;     /**< bytes to the server, frames included, once */
    uint64_t down_once;   /**< bytes to the client, once */
    uint64_t up_run;      /**< bytes to the server, in a run */
    uint64_t down_run;    /**< bytes to the client, in a run */
    uint32_t trips_once;  /**< times the client waited for an answer, once */
    uint32_t trips_run;   /**< times the client waited for an answer, in a run */
} he_client_figures;

/** What was measured so far. */
HE_API void he_client_get_figures(const he_client *client, he_client_figures *figures);
/** HE, after loading: the plan that was made; borrowed, NULL otherwise. */
HE_API const he_plan *he_client_plan(const he_client *client);
/** Closes and wipes; NULL is allowed. */
HE_API void he_client_close(he_client *client);

/* --- Tables and models ------------------------------------------------------------------------ */

/** A table of numbers with named columns. */
typedef struct he_table he_table;

/** Reads comma-separated numbers under one header line.
 *  @retval HE_ERR_FORMAT  a hole, a word or a ragged line: the text gives file, line and column */
HE_API HE_MUST_CHECK he_status he_table_read(he_table **table, const char *path);
HE_API void he_table_destroy(he_table *table);         /**< NULL is allowed */
HE_API size_t he_table_rows(const he_table *table);    /**< without the header line */
HE_API size_t he_table_columns(const he_table *table); /**< each has a name */
HE_API const char *he_table_name(const he_table *table, size_t column); /**< borrowed */
/** Index of the column of that name, or SIZE_MAX. */
HE_API size_t he_table_find(const he_table *table, const char *name);
/** The number there; NaN beyond the table. */
HE_API double he_table_value(const he_table *table, size_t row, size_t column);
/** The most digits after the decimal point that any value of the column is written with. */
HE_API unsigned he_table_decimals(const he_table *table, size_t column);

/* --- Comparison ------------------------------------------------------------------------------- */

/** A network that the same figures are computed for. */
typedef struct he_link {
    double bits_per_s; /**< rate, each way */
    double rtt_s;      /**< time of a round trip */
} he_link;
/** "100M,20ms" and the like: rate with k, M or G bit/s, round trip with us, ms or s. */
HE_API HE_MUST_CHECK he_status he_link_parse(he_link *link, const char *text);

#define HE_MAX_LINKS 4 /**< networks in one report */

/** How to compare.  Start from HE_COMPARE_INIT; zero means default. */
typedef struct he_compare_options {
    size_t struct_size; /**< set by HE_COMPARE_INIT */
    const char *tool;   /**< path of `he` for the server processes; NULL: forks of this process */
    const char *directory; /**< 0700 directory for sockets; NULL: a new one in the temporary one */
    bool tcp;              /**< TCP on the loopback instead of Unix sockets */
    /** Of client and server each; 0 means 1.  Each side has so many cores of its own where the
     *  machine has enough, else both run on any. */
    uint32_t threads;
    uint32_t cold;               /**< sessions with new processes and keys; 0 means 3 */
    uint32_t warm;               /**< further queries in a session; 0 means 5 */
    he_link links[HE_MAX_LINKS]; /**< networks to compute totals for */
    uint32_t link_count;         /**< 0: 100 Mbit/s with 20 ms, and 10 Gbit/s with 0.2 ms */
    const he_params *hints;      /**< as in he_client_options */
    const he_policy *policy;     /**< as in he_client_options */
    const char *image;           /**< as in he_serve_options */
    const char *state;           /**< as in he_serve_options */
    he_backend backend;          /**< as in he_serve_options */
    /** Called now and then with what is being done; NULL: silence. */
    void (*progress)(void *user, const char *what);
    void *user; /**< passed to progress */
} he_compare_options;
/** Every choice left to the library. */
#define HE_COMPARE_INIT                                                                            \
    {                                                                                              \
        .struct_size = sizeof(he_compare_options)                                                  \
    }

/** What a comparison came to, for all evaluators. */
typedef struct he_report he_report;

/** Any program: inputs[i] and size elements as in he_client_run_real(). */
HE_API HE_MUST_CHECK he_status he_compare_real(he_report **report,
                                               const he_compare_options *options, const char *title,
                                               const he_program *program,
                                               const double *const *inputs);
/** The same for INTEGER programs. */
HE_API HE_MUST_CHECK he_status he_compare_integer(he_report **report,
                                                  const he_compare_options *options,
                                                  const char *title, const he_program *program,
                                                  const int64_t *const *inputs);

/** Malignancy scores by logistic regression (CKKS): the rows of table are standardized by the
 *  client, the model is in the clear at the server, rows are in slots, one ciphertext a feature.
 *  @param[in] model  path of a model file (docs/programs.md)
 *  @param[in] rows   the table's rows are repeated up to so many; 0: as they are
 *  @retval HE_ERR_ARGUMENT  a score lies outside the interval of the model's polynomial: the text
 *                           names the row */
HE_API HE_MUST_CHECK he_status he_compare_risk(he_report **report,
                                               const he_compare_options *options,
                                               const he_table *table, const char *model,
                                               size_t rows);

/** Count, sum and mean of a column among marked rows (BFV), exactly: column and 0/1 mask are both
 *  encrypted.
 *  @param[in] column  its name
 *  @param[in] mask    name of the 0/1 column that marks the rows */
HE_API HE_MUST_CHECK he_status he_compare_stats(he_report **report,
                                                const he_compare_options *options,
                                                const he_table *table, const char *column,
                                                const char *mask, size_t rows);

/** What one evaluator came to. */
typedef struct he_report_figures {
    he_client_figures cold; /**< medians over new sessions, cell by cell */
    he_client_figures warm; /**< medians over further queries, cell by cell */
    uint64_t client_memory; /**< peak bytes */
    uint64_t server_memory; /**< peak bytes */
    double greatest_error;  /**< against plain, over all outputs */
    uint32_t cold_count;    /**< new sessions */
    uint32_t warm_count;    /**< further queries */
} he_report_figures;

/** The figures of one evaluator. */
HE_API HE_MUST_CHECK he_status he_report_get(const he_report *report, he_evaluator evaluator,
                                             he_report_figures *figures);
/** The table, as text.  verbose adds the appraisal line by line. */
HE_API HE_MUST_CHECK he_status he_report_print(const he_report *report, FILE *file, bool verbose);
/** The same of count reports as a JSON array, or as one self-contained HTML page.  Written beside
 *  and renamed: a failure leaves nothing half-written. */
HE_API HE_MUST_CHECK he_status he_report_json(const he_report *const *reports, size_t count,
                                              const char *path);
/** As he_report_json(), as HTML with inline charts. */
HE_API HE_MUST_CHECK he_status he_report_html(const he_report *const *reports, size_t count,
                                              const char *path);
HE_API void he_report_destroy(he_report *report); /**< NULL is allowed */

#ifdef __cplusplus
}
#endif
#endif
