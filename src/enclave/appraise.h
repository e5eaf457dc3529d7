/* SPDX-License-Identifier: MIT */
/* What the session needs of an appraisal beside the public interface. */
#ifndef HE_ENCLAVE_APPRAISE_H
#define HE_ENCLAVE_APPRAISE_H

#include <he/enclave.h>

/* As new: no verdict. */
void he_appraisal_reset(he_appraisal *appraisal);

#endif
