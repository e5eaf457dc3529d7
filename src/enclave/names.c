/* SPDX-License-Identifier: MIT */
/* Words for enumerators, and the sentences of trust. */
#include <he/enclave.h>

const char *he_backend_name(he_backend backend)
{
    switch (backend) {
    case HE_BACKEND_AUTO:
        return "auto";
    case HE_BACKEND_KVM:
        return "kvm";
    case HE_BACKEND_PROCESS:
        return "process";
    case HE_BACKEND_SIM:
        return "sim";
    }
    return "unknown";
}

const char *he_root_name(he_root_of_trust root)
{
    switch (root) {
    case HE_ROOT_NONE:
        return "none";
    case HE_ROOT_SOFTWARE:
        return "software";
    case HE_ROOT_HARDWARE:
        return "hardware";
    }
    return "unknown";
}

const char *he_check_name(he_check check)
{
    static const char *const names[] = {
        [HE_CHECK_NONE] = "none",
        [HE_CHECK_FORMAT] = "format",
        [HE_CHECK_VERSION] = "version",
        [HE_CHECK_FLAGS] = "flags",
        [HE_CHECK_SIMULATED] = "simulated",
        [HE_CHECK_SIGNATURE] = "signature",
        [HE_CHECK_PLATFORM] = "platform key",
        [HE_CHECK_DEBUG] = "debug",
        [HE_CHECK_SAME_UID] = "launcher",
        [HE_CHECK_MEASUREMENT] = "measurement",
        [HE_CHECK_REPORT_DATA] = "report data",
        [HE_CHECK_ROOT] = "root of trust",
        [HE_CHECK_SECRET_MEM] = "session keys",
        [HE_CHECK_HOST_MAPPED] = "enclave memory",
        [HE_CHECK_SECCOMP] = "system calls",
        [HE_CHECK_KEY_LOCKED] = "platform key's place",
        [HE_CHECK_AGE] = "age",
        [HE_CHECK_HARDWARE] = "hardware evidence",
    };
    if ((unsigned)check >= sizeof names / sizeof *names)
        return "unknown";
    return names[check];
}

const char *he_trust_sentence(he_trust trust)
{
    switch (trust) {
    case HE_TRUST_NOTHING:
        return "Nothing was attested, so nothing can be said about who sees the data.";
    case HE_TRUST_SIM:
        return "A simulation for tests, without any isolation: whoever can read the server's "
               "process reads the data.";
    case HE_TRUST_SAME_UID:
        return "Measurement not trusted: the launcher runs as the enclave's own user, who could "
               "have changed it before it locked itself. Programs of other users are kept out by "
               "Linux; root and the owner of the machine can read the data.";
    case HE_TRUST_PROCESS:
        return "Linux keeps the calling program and other users out. Root and the owner of the "
               "machine can read the data.";
    case HE_TRUST_KVM:
        return "Linux keeps the calling program and other users out, and no process has the "
               "enclave's memory mapped. Root and the owner of the machine can still read the "
               "data.";
    case HE_TRUST_HARDWARE:
        return "The processor keeps the owner of the machine out. Trusted are its vendor, the "
               "measured virtual machine with its root user, and the enclave image; side channels "
               "are not covered.";
    case HE_TRUST_HOMOMORPHIC:
        return "The server never has a key. Trusted are the mathematics, the parameters and the "
               "client's own machine; nothing shows that the server computed the right thing.";
    case HE_TRUST_DEBUG:
        return "A debug enclave: whoever runs it can read and change the data.";
    }
    return "unknown";
}
