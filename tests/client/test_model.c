/* SPDX-License-Identifier: MIT */
#include "support/test.h"

#include "client/model.h"
#include <string.h>
#include <unistd.h>

static he_status read_text(he_model **m, const char *content)
{
    char path[64];
    snprintf(path, sizeof path, "/tmp/he-model-%ld.txt", (long)getpid());
    FILE *f = fopen(path, "w");
    cr_assert(f != NULL && fputs(content, f) >= 0);
    fclose(f);
    he_status status = he_model_read(m, path);
    remove(path);
    return status;
}

#define GOOD                                                                                       \
    "he-risk-model 1\n# words\nlabel malignant = 1 - benign\nsplit any\ninterval 8\n"              \
    "polynomial 0.5 0.2 0 -0.01\nbias -0.25\nfeature mean_area 600 350.5 0.5\n"                    \
    "feature mean_radius 14 3.5 -1e-3\nheld 1 5 7\nheld 9\n"

Test(model, is_read)
{
    he_model *m;
    he_assert_ok(read_text(&m, GOOD));
    cr_assert(m->interval == 8 && m->bias == -0.25 && m->coefficient_count == 4 &&
              m->coefficients[3] == -0.01);
    cr_assert(m->feature_count == 2 && m->features[1].weight == -1e-3 &&
              strcmp(m->features[0].name, "mean_area") == 0 && m->features[0].sd == 350.5);
    cr_assert(m->held_count == 4 && m->held[0] == 1 && m->held[3] == 9);
    he_model_destroy(m);
}

Test(model, is_refused_with_line_and_reason)
{
    he_model *m = NULL;
    const struct {
        const char *content, *says;
    } bad[] = {
        {"", "ends before"},
        {"interval 8\n", "line 1: not a model"},
        {"he-risk-model 2\n", "version 1"},
        {"he-risk-model 1\ninterval 8\nbias 1\nfeature a 0 1 1\n", "ends before"},
        {"he-risk-model 1\ninterval -1\n", "line 2: interval"},
        {"he-risk-model 1\nbias nan\n", "line 2: bias"},
        {"he-risk-model 1\npolynomial 1\n", "line 2: polynomial"},
        {"he-risk-model 1\nfeature a 0 0 1\n", "positive standard deviation"},
        {"he-risk-model 1\nfeature a 0 1\n", "line 2: feature"},
        {"he-risk-model 1\nheld 1.5\n", "row numbers"},
        {"he-risk-model 1\nheld -1\n", "row numbers"},
        {"he-risk-model 1\nwhat 1\n", "neither"},
    };
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        he_assert_fails(read_text(&m, bad[i].content), HE_ERR_FORMAT, bad[i].says);
    cr_assert(m == NULL);
    he_assert_fails(he_model_read(&m, "/nonexistent"), HE_ERR_IO, "cannot read");
}
