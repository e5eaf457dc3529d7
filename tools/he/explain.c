/* SPDX-License-Identifier: MIT */
/* he explain: what parameters mean, before a key is generated. */
#define _GNU_SOURCE
#include "he.h"

#include <getopt.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static const char help[] = "usage: he explain bfv|ckks [OPTION ...]\n\n"
                           "Asked for (the smallest sound parameters are chosen):\n"
                           "  --depth N           multiplications in sequence\n"
                           "  --plain-modulus T   BFV: t itself\n"
                           "  --plain-bits N      BFV: the largest batching prime of N bits\n"
                           "  --precision N       CKKS: bits after the point at full depth\n"
                           "  --range N           CKKS: values below 2^N in size\n"
                           "  --slots N           at least so many\n"
                           "Given:\n"
                           "  --n N               ring degree\n"
                           "  --bits B,B,...      sizes of the data primes\n"
                           "  --special B,B,...   sizes of the special primes\n"
                           "  --scale N           CKKS: log2 of the scale\n"
                           "Both:\n"
                           "  --security NAME     128, 192, 256 (2024 table), 128-2018, none\n";

static bool parse_bits(uint8_t *bits, size_t room, const char *option, const char *text)
{
    char *copy = strdup(text), *save = NULL;
    bool ok = copy != NULL;
    size_t count = 0;
    for (char *w = ok ? strtok_r(copy, ",", &save) : NULL; ok && w != NULL;
         w = strtok_r(NULL, ",", &save)) {
        uint64_t x;
        ok = count < room && parse_count("explain", option, w, 20, 61, &x);
        if (ok)
            bits[count++] = (uint8_t)x;
    }
    free(copy);
    return ok;
}

static bool parse_security(he_security *security, const char *name)
{
    static const struct {
        const char *name;
        he_security security;
    } all[] = {{"128", HE_SEC_128_2024},
               {"192", HE_SEC_192_2024},
               {"256", HE_SEC_256_2024},
               {"128-2018", HE_SEC_128_2018},
               {"none", HE_SEC_NONE}};
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (strcmp(name, all[i].name) == 0) {
            *security = all[i].security;
            return true;
        }
    fprintf(stderr, "he explain: --security takes 128, 192, 256, 128-2018 or none\n");
    return false;
}

static bool take(he_params *p, int c)
{
    uint64_t x = 0;
    bool ok = true;
    switch (c) {
    case 'd':
        ok = parse_count("explain", "--depth", optarg, 0, 1000, &x);
        p->depth = (uint32_t)x;
        break;
    case 't':
        ok = parse_count("explain", "--plain-modulus", optarg, 2, (uint64_t)1 << 60, &x);
        p->plain_modulus = x;
        break;
    case 'b':
        ok = parse_count("explain", "--plain-bits", optarg, 2, 60, &x);
        p->plain_bits = (uint32_t)x;
        break;
    case 'p':
        ok = parse_count("explain", "--precision", optarg, 1, 100, &x);
        p->precision_bits = (uint32_t)x;
        break;
    case 'r':
        ok = parse_count("explain", "--range", optarg, 0, 60, &x);
        p->range_bits = (uint32_t)x;
        break;
    case 's':
        ok = parse_count("explain", "--slots", optarg, 1, HE_MAX_N, &x);
        p->slots = (uint32_t)x;
        break;
    case 'n':
        ok = parse_count("explain", "--n", optarg, HE_MIN_N, HE_MAX_N, &x);
        p->n = (uint32_t)x;
        break;
    case 'B':
        ok = parse_bits(p->data_bits, HE_MAX_DATA_PRIMES - 1, "--bits", optarg);
        break;
    case 'S':
        ok = parse_bits(p->special_bits, HE_MAX_SPECIAL_PRIMES - 1, "--special", optarg);
        break;
    case 'c':
        ok = parse_count("explain", "--scale", optarg, 10, 60, &x);
        p->scale_bits = (uint32_t)x;
        break;
    case 'y':
        ok = parse_security(&p->security, optarg);
        break;
    default:
        ok = false;
    }
    return ok;
}

/* -1: go on; else the exit status. */
static int parse(int argc, char **argv, he_params *p)
{
    static const struct option options[] = {{"depth", required_argument, NULL, 'd'},
                                            {"plain-modulus", required_argument, NULL, 't'},
                                            {"plain-bits", required_argument, NULL, 'b'},
                                            {"precision", required_argument, NULL, 'p'},
                                            {"range", required_argument, NULL, 'r'},
                                            {"slots", required_argument, NULL, 's'},
                                            {"n", required_argument, NULL, 'n'},
                                            {"bits", required_argument, NULL, 'B'},
                                            {"special", required_argument, NULL, 'S'},
                                            {"scale", required_argument, NULL, 'c'},
                                            {"security", required_argument, NULL, 'y'},
                                            {"help", no_argument, NULL, 'h'},
                                            {NULL, 0, NULL, 0}};
    int c;
    while ((c = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (c == 'h') {
            fputs(help, stdout);
            return EXIT_SUCCESS;
        }
        if (c == '?')
            return point_to_help("explain");
        if (!take(p, c))
            return EXIT_USAGE;
    }
    const char *scheme = optind < argc ? argv[optind++] : "";
    if (strcmp(scheme, "bfv") == 0)
        p->scheme = HE_SCHEME_BFV;
    else if (strcmp(scheme, "ckks") == 0)
        p->scheme = HE_SCHEME_CKKS;
    if (optind < argc || p->scheme == HE_SCHEME_NONE) {
        fputs(help, stderr);
        return EXIT_USAGE;
    }
    return -1;
}

static void print_primes(const he_context *ctx, const char *label, uint32_t from, uint32_t to)
{
    printf("%s", label);
    for (uint32_t i = from; i < to; i++) {
        uint64_t q = he_context_prime(ctx, i);
        printf("%s%llu (%.0f bits, %s)", i == from ? " " : "\n                        ",
               (unsigned long long)q, ceil(log2((double)q)), he_context_kernel(ctx, i));
    }
    printf("\n");
}

static void print_ring(const he_context *ctx)
{
    uint32_t data = he_context_data_count(ctx), special = he_context_special_count(ctx);
    double qp = he_context_log_qp(ctx);
    unsigned most = he_security_max_bits(he_context_security(ctx), he_context_n(ctx));
    printf("ring degree n           %u\n", he_context_n(ctx));
    print_primes(ctx, "data primes            ", 0, data);
    print_primes(ctx, "special primes         ", data, data + special);
    printf("log2 Q, log2 QP         %.2f, %.2f\n", he_context_log_q(ctx, he_context_top_level(ctx)),
           qp);
    if (most > 0)
        printf("security                %s: the table allows log2 QP = %u, margin %.2f bits\n",
               he_security_name(he_context_security(ctx)), most, most - qp);
    else
        printf("security                %s: NOT SECURE, for tests only\n",
               he_security_name(he_context_security(ctx)));
    printf("slots                   %u\n", he_context_slots(ctx));
    printf("levels                  %u\n", he_context_top_level(ctx));
    printf("digits x special primes %u x %u\n", he_context_digit_count(ctx), special);
}

/* What a fresh ciphertext has, and what a multiplication takes (docs: noise model). */
static void print_budget(const he_context *ctx)
{
    double noise = he_context_fresh_noise_bits(ctx), n = log2(he_context_n(ctx));
    uint32_t top = he_context_top_level(ctx);
    if (he_context_scheme(ctx) == HE_SCHEME_BFV) {
        double t = log2((double)he_context_plain_modulus(ctx));
        double budget = he_context_log_q(ctx, top) - t - 1 - noise, step = t + n - 1.58;
        printf("plaintext modulus t     %llu (%.1f bits)\n",
               (unsigned long long)he_context_plain_modulus(ctx), t);
        printf(
            "noise budget, fresh     %.1f bits; a multiplication takes about %.1f: about %.0f in "
            "sequence\n",
            budget, step, floor(fmax(0, budget / step)));
        return;
    }
    for (int last = 0; last < 2; last++) {
        uint32_t level = last ? 0 : top;
        double scale = log2(he_context_scale(ctx, level));
        printf("scale, precision %-6s %.3f bits, about %.1f bits after the point\n",
               last ? "last" : "fresh", scale, scale - noise - n / 2);
        if (top == 0)
            break;
    }
}

static void print_size(const char *label, size_t bytes)
{
    printf("  %-22s%12zu bytes\n", label, bytes);
}

static void print_sizes(const he_context *ctx)
{
    uint32_t top = he_context_top_level(ctx);
    printf("sizes on the wire\n");
    print_size("ciphertext, fresh", he_ciphertext_wire_size(ctx, 2, top, false));
    print_size("  seeded", he_ciphertext_wire_size(ctx, 2, top, true));
    print_size("ciphertext, level 0", he_ciphertext_wire_size(ctx, 2, 0, false));
    print_size("secret key", he_secret_key_save_size(ctx));
    print_size("public key", he_public_key_save_size(ctx));
    print_size("relinearization key", he_relin_key_save_size(ctx));
    print_size("one Galois key", he_galois_keys_save_size(ctx, 1));
}

int cmd_explain(int argc, char **argv)
{
    he_params p = HE_PARAMS_INIT;
    int done = parse(argc, argv, &p);
    if (done >= 0)
        return done;
    he_context *ctx = NULL;
    he_status status = isa_from_environment(&p.isa);
    if (status == HE_OK)
        status = he_context_create(&ctx, &p);
    if (status != HE_OK)
        return fail("explain", status);
    print_ring(ctx);
    print_budget(ctx);
    print_sizes(ctx);
    he_context_destroy(ctx);
    return EXIT_SUCCESS;
}
