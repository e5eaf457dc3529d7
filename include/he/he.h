/* SPDX-License-Identifier: MIT */
/** @file he.h
 *  The whole of libhe (libhe_enclave has <he/enclave.h> and <he/client.h>).
 *
 *  Rules that hold everywhere:
 *  - argument order: context, outputs, inputs in the order of the formula, keys, numbers, rng,
 *    scratch; a length follows its array
 *  - outputs may equal inputs of the same type; they never overlap otherwise
 *  - on failure every output is unchanged or empty, never half-written
 *  - what _create returns goes to _destroy, which takes NULL; getters borrow
 *  - a const context is shared by any number of threads; everything else is used by one at a time
 *  - nothing aborts, prints or exits
 */
#ifndef HE_HE_H
#define HE_HE_H

#include <he/base.h>
#include <he/bfv.h>
#include <he/ckks.h>
#include <he/context.h>
#include <he/encrypt.h>
#include <he/keys.h>
#include <he/objects.h>
#include <he/params.h>
#include <he/program.h>
#include <he/random.h>
#include <he/wire.h>

#endif
