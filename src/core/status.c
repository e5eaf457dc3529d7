/* SPDX-License-Identifier: MIT */
#include "core/status.h"

#include <stdarg.h>
#include <stdio.h>

static _Thread_local char detail[256];

he_status he_fail(he_status status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    /* A detail may be built from the previous one: format beside it, then copy. */
    char text[sizeof detail];
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    for (size_t i = 0; i < sizeof detail; i++)
        detail[i] = text[i];
    return status;
}

const char *he_last_error(void)
{
    return detail;
}

const char *he_version(void)
{
    return HE_VERSION_STRING;
}

const char *he_status_text(he_status status)
{
    switch (status) {
    case HE_OK:
        return "success";
    case HE_ERR_NULL:
        return "a required pointer is NULL";
    case HE_ERR_ARGUMENT:
        return "an argument is out of its range";
    case HE_ERR_PARAMS:
        return "these parameters cannot be used";
    case HE_ERR_INSECURE:
        return "these parameters are weaker than the security level asked for";
    case HE_ERR_MISMATCH:
        return "objects of different contexts, schemes, sizes or domains";
    case HE_ERR_LEVEL:
        return "no level is left, or levels do not fit";
    case HE_ERR_SCALE:
        return "scales do not fit or are out of range";
    case HE_ERR_NOISE:
        return "the noise bound no longer allows a correct decryption";
    case HE_ERR_NOISE_UNKNOWN:
        return "the noise bound was loaded and is only a claim";
    case HE_ERR_NO_KEY:
        return "the key for this operation is missing";
    case HE_ERR_BUFFER:
        return "the output buffer is too small";
    case HE_ERR_FORMAT:
        return "malformed bytes";
    case HE_ERR_VERSION:
        return "a format version that this library does not read";
    case HE_ERR_UNTRUSTED:
        return "not trusted by the policy";
    case HE_ERR_MEMORY:
        return "out of memory";
    case HE_ERR_ENTROPY:
        return "the source of randomness failed";
    case HE_ERR_UNSUPPORTED:
        return "not offered by this build, machine or scheme";
    case HE_ERR_IO:
        return "a file, socket or process failed";
    case HE_ERR_EVIDENCE:
        return "attestation evidence was refused";
    case HE_ERR_SESSION_BROKEN:
        return "the session was broken: a record was replayed, reordered, changed or cut";
    case HE_ERR_ENCLAVE_LOST:
        return "the enclave ended";
    case HE_ERR_SEAL:
        return "a sealed blob does not open here";
    case HE_ERR_ROLLBACK:
        return "a sealed blob is older than the counter";
    }
    return "unknown status";
}
