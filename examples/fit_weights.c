/* SPDX-License-Identifier: MIT */
/* Fits the model of `he compare risk` in the clear: logistic regression for malignancy on the
 * breast cancer table of examples/data, and a polynomial that stands for the logistic function.
 *
 *     fit_weights [DATA.csv [MODEL.txt]]
 *
 * DATA is examples/data/wdbc.csv by default; the model goes to MODEL, or to standard output.  What
 * comes out is the committed examples/data/risk_model.txt, digit for digit (a test compares).  No
 * part of libhe is used: this is what somebody does before encryption comes in.
 *
 * Step by step: read the table; split the rows; standardize; fit by Newton's method; fit the
 * polynomial; say how well both do. */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define MAX_ROWS 4096
#define FEATURES 30
#define WEIGHTS  (FEATURES + 1) /* and the bias, the last */
#define DEGREE   7

/* Strength of the L2 penalty (l2/2) |w|^2 beside the mean loss, and the interval of scores for the
 * polynomial.  They belong together: a stronger penalty keeps scores closer to 0, and a shorter
 * interval lets a polynomial of degree 7 come closer to the logistic function.  With 0.01 scores
 * reach 37, where no such polynomial is of use; with 0.1 they stay within 17, and accuracy on held
 * rows is half a percent less. */
#define L2       0.1
#define INTERVAL 20.0

/* Seven rows in ten are for fitting.  The others are drawn by a shuffle from this seed. */
#define SEED 1

static double table[MAX_ROWS][FEATURES];
static double label[MAX_ROWS]; /* 1 for malignant */
static char name[FEATURES][64];
static size_t rows, fitted;
static size_t order[MAX_ROWS]; /* the first `fitted` are for fitting, the others are held */
static double mean[FEATURES], deviation[FEATURES];
static double weight[WEIGHTS];
static double polynomial[DEGREE + 1]; /* from the constant up */

/* --- 1. The table: a header, then 30 numbers and the label in each line ----------------------- */

static int read_table(const char *path)
{
    char line[4096];
    FILE *file = fopen(path, "r");
    if (file == NULL || fgets(line, sizeof line, file) == NULL) {
        fprintf(stderr, "fit_weights: cannot read %s\n", path);
        if (file != NULL)
            fclose(file);
        return -1;
    }
    char *cell = strtok(line, ",\r\n");
    for (int j = 0; j < FEATURES && cell != NULL; j++, cell = strtok(NULL, ",\r\n"))
        snprintf(name[j], sizeof name[j], "%s", cell);
    int bad = cell == NULL || strcmp(cell, "benign") != 0;
    while (!bad && rows < MAX_ROWS && fgets(line, sizeof line, file) != NULL) {
        char *at = line, *end;
        for (int j = 0; j <= FEATURES && !bad; j++, at = end + 1) {
            const double x = strtod(at, &end);
            bad = end == at || *end != (j < FEATURES ? ',' : '\n');
            if (j < FEATURES)
                table[rows][j] = x;
            else
                label[rows] = 1 - x;
        }
        rows++;
    }
    fclose(file);
    if (bad || rows < 10) {
        fprintf(stderr, "fit_weights: %s, row %zu: not %d features and benign\n", path, rows,
                FEATURES);
        return -1;
    }
    return 0;
}

/* --- 2. The split: Fisher and Yates, by a linear congruence (Knuth's MMIX) -------------------- */

static void split(void)
{
    uint64_t state = SEED;
    for (size_t i = 0; i < rows; i++)
        order[i] = i;
    for (size_t i = rows - 1; i > 0; i--) {
        state = state * 6364136223846793005u + 1442695040888963407u;
        const size_t j = (size_t)(state >> 33) % (i + 1), swap = order[i];
        order[i] = order[j];
        order[j] = swap;
    }
    fitted = rows * 7 / 10;
}

/* --- 3. Standardized features: mean 0 and variance 1 over the rows for fitting ---------------- */

/* What the model file says, so that everybody computes with the same numbers. */
static double printed(double x)
{
    char text[64];
    snprintf(text, sizeof text, "%.8g", x);
    return strtod(text, NULL);
}

static void standardize(void)
{
    for (int j = 0; j < FEATURES; j++) {
        double sum = 0, squares = 0;
        for (size_t i = 0; i < fitted; i++)
            sum += table[order[i]][j];
        const double m = sum / (double)fitted;
        for (size_t i = 0; i < fitted; i++)
            squares += (table[order[i]][j] - m) * (table[order[i]][j] - m);
        mean[j] = printed(m);
        deviation[j] = printed(sqrt(squares / (double)fitted));
    }
}

static double feature(size_t row, int j)
{
    return j == FEATURES ? 1 : (table[row][j] - mean[j]) / deviation[j];
}

static double score(size_t row)
{
    double z = 0;
    for (int j = 0; j < WEIGHTS; j++)
        z += weight[j] * feature(row, j);
    return z;
}

static double logistic(double z)
{
    return 1 / (1 + exp(-z));
}

/* --- 4. Newton's method on mean loss and penalty, which is convex: a few steps to the end
 * ------- */

/* x = A^-1 b for a positive definite A, by Cholesky; A and b are used up. */
static void solve(double a[WEIGHTS][WEIGHTS], double *x, double *b)
{
    for (int i = 0; i < WEIGHTS; i++)
        for (int j = 0; j <= i; j++) {
            double sum = a[i][j];
            for (int k = 0; k < j; k++)
                sum -= a[i][k] * a[j][k];
            a[i][j] = i == j ? sqrt(sum) : sum / a[j][j];
        }
    for (int i = 0; i < WEIGHTS; i++) {
        for (int k = 0; k < i; k++)
            b[i] -= a[i][k] * b[k];
        b[i] /= a[i][i];
    }
    for (int i = WEIGHTS; i-- > 0;) {
        for (int k = i + 1; k < WEIGHTS; k++)
            b[i] -= a[k][i] * x[k];
        x[i] = b[i] / a[i][i];
    }
}

static void fit(void)
{
    for (int step = 0; step < 50; step++) {
        double hessian[WEIGHTS][WEIGHTS] = {{0}}, gradient[WEIGHTS] = {0}, change[WEIGHTS];
        for (size_t i = 0; i < fitted; i++) {
            const size_t row = order[i];
            const double p = logistic(score(row));
            for (int j = 0; j < WEIGHTS; j++) {
                gradient[j] += (p - label[row]) * feature(row, j) / (double)fitted;
                for (int k = 0; k < WEIGHTS; k++)
                    hessian[j][k] +=
                        p * (1 - p) * feature(row, j) * feature(row, k) / (double)fitted;
            }
        }
        for (int j = 0; j < FEATURES; j++) { /* the bias has no penalty */
            gradient[j] += L2 * weight[j];
            hessian[j][j] += L2;
        }
        solve(hessian, change, gradient);
        double largest = 0;
        for (int j = 0; j < WEIGHTS; j++) {
            weight[j] -= change[j];
            largest = fmax(largest, fabs(change[j]));
        }
        if (largest < 1e-13)
            break;
    }
    /* six digits after the point: what is left of the last steps does not show */
    for (int j = 0; j < WEIGHTS; j++)
        weight[j] = round(weight[j] * 1e6) / 1e6;
}

/* --- 5. The polynomial: 1/2 and odd powers, least squares at the nodes of Chebyshev, which is all
 * but the best in the greatest error too
 * -------------------------------------------------------- */

static void fit_polynomial(void)
{
    enum {
        NODES = 1024
    };
    /* odd Chebyshev polynomials as powers of u = z / INTERVAL */
    static const double chebyshev[4][DEGREE + 1] = {
        {0, 1}, {0, -3, 0, 4}, {0, 5, 0, -20, 0, 16}, {0, -7, 0, 56, 0, -112, 0, 64}};
    const double pi = acos(-1);
    double power[DEGREE + 1] = {0.5};
    for (int k = 0; k < 4; k++) {
        double sum = 0;
        for (int i = 0; i < NODES; i++) {
            const double angle = pi * (i + 0.5) / NODES;
            sum += logistic(INTERVAL * cos(angle)) * cos((2 * k + 1) * angle);
        }
        for (int d = 0; d <= DEGREE; d++)
            power[d] += 2 * sum / NODES * chebyshev[k][d];
    }
    for (int d = 0; d <= DEGREE; d++)
        polynomial[d] = printed(power[d] / pow(INTERVAL, d));
}

static double evaluate(double z)
{
    double p = polynomial[DEGREE];
    for (int d = DEGREE; d-- > 0;)
        p = p * z + polynomial[d];
    return p;
}

/* --- 6. What came of it ----------------------------------------------------------------------- */

static int compare_rows(const void *x, const void *y)
{
    const size_t a = *(const size_t *)x, b = *(const size_t *)y;
    return (a > b) - (a < b);
}

static void write_model(FILE *file)
{
    fprintf(file, "he-risk-model 1\n");
    fprintf(file, "# Made by examples/fit_weights from wdbc.csv.\n");
    fprintf(file, "# score = bias + sum of weight (x - mean) / deviation\n");
    fprintf(file, "# probability = polynomial(score), for scores within [-interval, interval]\n");
    fprintf(file, "label malignant = 1 - benign\n");
    fprintf(file,
            "split %zu of %zu rows, L2 %g; shuffled by Fisher-Yates from the last row down, "
            "j = (s >> 33) mod (i + 1), s = 6364136223846793005 s + 1442695040888963407 mod 2^64 "
            "from s = %d; the others are held\n",
            fitted, rows, L2, SEED);
    fprintf(file, "interval %g\n", INTERVAL);
    fprintf(file, "polynomial");
    for (int d = 0; d <= DEGREE; d++)
        fprintf(file, " %.8g", polynomial[d]);
    fprintf(file, "\nbias %.6f\n", weight[FEATURES]);
    for (int j = 0; j < FEATURES; j++)
        fprintf(file, "feature %s %.8g %.8g %.6f\n", name[j], mean[j], deviation[j], weight[j]);
    size_t held[MAX_ROWS];
    const size_t count = rows - fitted;
    memcpy(held, order + fitted, count * sizeof *held);
    qsort(held, count, sizeof *held, compare_rows);
    fprintf(file, "# rows from 0\n");
    for (size_t i = 0; i < count; i++)
        fprintf(file, "%s%zu%s", i % 19 == 0 ? "held " : " ", held[i],
                i % 19 == 18 || i == count - 1 ? "\n" : "");
}

/* Right answers in percent among the rows order[from] … order[to - 1]. */
static double accuracy(size_t from, size_t to, int exact)
{
    size_t right = 0;
    for (size_t i = from; i < to; i++) {
        const double z = score(order[i]), p = exact ? logistic(z) : evaluate(z);
        right += (p >= 0.5) == (label[order[i]] == 1);
    }
    return 100.0 * (double)right / (double)(to - from);
}

static void report(void)
{
    double largest = 0, worst = 0;
    size_t other = 0;
    for (size_t i = 0; i < rows; i++) {
        const double z = score(i);
        largest = fmax(largest, fabs(z));
        worst = fmax(worst, fabs(evaluate(z) - logistic(z)));
        other += (evaluate(z) >= 0.5) != (logistic(z) >= 0.5);
    }
    fprintf(stderr, "scores within %.3f; the polynomial is off by at most %.4f on them\n", largest,
            worst);
    fprintf(stderr, "%zu rows are classified differently by the polynomial\n", other);
    for (int exact = 1; exact >= 0; exact--)
        fprintf(stderr, "accuracy, %s: held rows %.2f %%, all rows %.2f %%\n",
                exact ? "logistic function" : "polynomial", accuracy(fitted, rows, exact),
                accuracy(0, rows, exact));
}

int main(int argc, char **argv)
{
    if (read_table(argc > 1 ? argv[1] : "examples/data/wdbc.csv") != 0)
        return 1;
    split();
    standardize();
    fit();
    fit_polynomial();
    FILE *file = argc > 2 ? fopen(argv[2], "w") : stdout;
    if (file == NULL) {
        fprintf(stderr, "fit_weights: cannot write %s\n", argv[2]);
        return 1;
    }
    write_model(file);
    const int failed = file == stdout ? fflush(file) : fclose(file);
    if (failed)
        fprintf(stderr, "fit_weights: cannot write the model\n");
    report();
    return failed ? 1 : 0;
}
