/* SPDX-License-Identifier: MIT */
/* A program as the library holds it: nodes in one array, operands before their users.
 *
 * This folder takes from core only he_fail(), he_alloc(), he_alloc_raw() and he_free(), so that it
 * can be linked into an enclave image which brings its own four. */
#ifndef HE_PROGRAM_IR_H
#define HE_PROGRAM_IR_H

#include "core/assumptions.h"
#include "core/status.h"
#include <he/program.h>

typedef enum he_op {
    HE_OP_INPUT = 1,  /* imm: number of the input */
    HE_OP_SPLAT,      /* pool: one word, in every element */
    HE_OP_CONSTANT,   /* pool: words, the elements after them are zero; words <= size */
    HE_OP_ADD,        /* a, b */
    HE_OP_SUB,        /* a, b */
    HE_OP_MULTIPLY,   /* a, b */
    HE_OP_NEGATE,     /* a */
    HE_OP_ROTATE,     /* a; imm: steps to the left, 1 … size - 1 */
    HE_OP_SUM,        /* a */
    HE_OP_POLYNOMIAL, /* a; pool: words coefficients from the constant up, the last is not zero */
    HE_OP_WITHIN,     /* a; pool: lo and hi, which the elements are promised to keep */
    HE_OP_END         /* one above the last operation */
} he_op;

/* A constant: an element or a coefficient. */
typedef union he_word {
    double real;     /* finite, never -0.0 */
    int64_t integer; /* in (-t/2, t/2] */
} he_word;

#define HE_NODE_UNUSED 0u /* node 0 uses nothing, so 0 is nobody's last user */
#define HE_NODE_KEPT   UINT32_MAX

typedef struct he_node {
    uint8_t op;      /* he_op */
    bool encrypted;  /* depends on an input */
    uint32_t a, b;   /* operands, below the node's own number; 0 where there is none */
    uint32_t imm;    /* see he_op; else 0 */
    uint32_t pool;   /* first word in the pool */
    uint32_t words;  /* number of words in the pool */
    uint32_t height; /* 0 for what has no operands, else one above the highest operand */
    uint32_t last;   /* last user, HE_NODE_KEPT for an output, HE_NODE_UNUSED without users */
    double lo, hi;   /* REAL: every element lies within */
} he_node;

#define HE_PROGRAM_MAX_NAME 63u
/* 128 MiB of constants. */
#define HE_PROGRAM_MAX_WORDS (1u << 24)

/* An input or an output. */
typedef struct he_port {
    char name[HE_PROGRAM_MAX_NAME + 1];
    uint32_t node;
    double lo, hi; /* inputs of REAL programs: what is declared; else 0 */
} he_port;

struct he_program {
    he_program_type type;
    uint32_t size;
    uint32_t precision_bits;
    uint64_t modulus;
    uint32_t node_count, node_room;
    uint32_t word_count, word_room;
    uint32_t input_count, input_room;
    uint32_t output_count, output_room;
    he_node *nodes;
    he_word *pool;
    he_port *inputs, *outputs;
    he_status error; /* the first; HE_OK until then */
    char text[192];  /* of the first error */
};

/* The words of a node; NULL for none. */
static inline const he_word *he_node_words(const he_program *program, const he_node *node)
{
    return node->words == 0 ? NULL : program->pool + node->pool;
}

/* "multiply" and so on. */
const char *he_op_name(he_op op);
static inline bool he_op_commutes(he_op op)
{
    return op == HE_OP_ADD || op == HE_OP_MULTIPLY;
}
/* Number of operands: 0, 1 or 2. */
unsigned he_op_operands(he_op op);

/* Room for so many of each, all at once; HE_ERR_MEMORY (without text) loses nothing. */
he_status he_ir_reserve(he_program *program, uint32_t nodes, uint32_t words, uint32_t inputs,
                        uint32_t outputs);
/* Adds a node with the given op, operands and imm, and words from values; derives everything else.
 * The port of an input is written before its node is added.
 * The node is one that the builder could have made: operands are there, words are in range.
 * Returns its number, or HE_VALUE_NONE with the program's error set. */
he_value he_ir_append(he_program *program, he_op op, uint32_t a, uint32_t b, uint32_t imm,
                      const he_word *values, uint32_t words);
/* The first error sticks. */
void he_ir_error(he_program *program, he_status status, const char *format, ...) HE_PRINTF(3, 4);
/* Fails as fn with the program's first error. */
he_status he_ir_report(const char *fn, const he_program *program);

/* --- Ranges (REAL) ------------------------------------------------------------------------------
 * Outward rounded, so that they hold for exact arithmetic on the elements. */
typedef struct he_interval {
    double lo, hi;
} he_interval;

/* Values beyond this are refused: no parameters hold them. */
#define HE_PROGRAM_MAX_VALUE 0x1p256

/* What the elements of the node can be, from its operands (inputs: what they declare). */
he_interval he_ir_range(const he_program *program, const he_node *node);

/* --- Rules for what a program is made of; the builder and the loader share them ----------------
 * NULL where it is as it must be, else what is wrong with it. */
const char *he_ir_check_header(he_program_type type, uint32_t size, uint64_t modulus,
                               uint32_t precision_bits);
/* length bytes of a name, printable and not that of one of the count ports. */
const char *he_ir_check_name(const char *name, size_t length, const he_port *ports, uint32_t count);
const char *he_ir_check_interval(double lo, double hi);

/* --- Canonical form -----------------------------------------------------------------------------
 * Nodes that reach no output are gone, except inputs; equal nodes are one; the operands of add and
 * multiply ascend; nodes ascend by height, operation and contents.  So the numbering depends on
 * nothing but the mathematical content, and equal programs are equal node for node. */
he_status he_ir_canonical(he_program **canonical, const he_program *program);
/* Below, at or above 0 as x comes before, with or after y; operands in canonical numbers. */
int he_ir_compare(const he_node *x, const he_word *x_words, const he_node *y,
                  const he_word *y_words);

/* --- Bytes --------------------------------------------------------------------------------------
 * Little-endian:
 *   0 magic "HEpr"   4 version u16 = 1   6 type u16   8 size u32   12 precision u32
 *  16 modulus u64   24 inputs u32   28 outputs u32   32 nodes u32   36 words u32
 *  40 nodes, 12 each: op u32, x u32, y u32
 *     INPUT x = its number; SPLAT -; CONSTANT x = words; ADD, SUB, MULTIPLY x = a, y = b;
 *     NEGATE, SUM, WITHIN x = a; ROTATE x = a, y = steps; POLYNOMIAL x = a, y = coefficients; else
 *     0 words, 8 each, in the order of the nodes: f64 or i64
 *     inputs: lo f64, hi f64, length u32, name
 *     outputs: node u32, length u32, name
 * Only the canonical form of a program is accepted, so each program is one string of bytes. */
#define HE_PROGRAM_MAGIC      "HEpr"
#define HE_PROGRAM_VERSION    1
#define HE_PROGRAM_HEADER     40
#define HE_PROGRAM_NODE_BYTES 12

/* 32 bytes of a collision-free hash. */
typedef void he_ir_hash(uint8_t *out, const void *bytes, size_t length);
/* The hash of the canonical bytes. */
he_status he_ir_id(const he_program *program, uint8_t *id, he_ir_hash *hash);

#endif
