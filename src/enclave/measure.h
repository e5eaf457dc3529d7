/* SPDX-License-Identifier: MIT */
/* Images and what is measured of them. */
#ifndef HE_ENCLAVE_MEASURE_H
#define HE_ENCLAVE_MEASURE_H

#include "enclave/image/layout.h"

#define HE_IMAGE_BYTES_MAX ((size_t)32 << 20)

/* The config with every default filled in; refuses what makes no sense. */
he_status he_config_resolve(he_enclave_config *resolved, const he_enclave_config *config);
/* The measured part of a resolved config. */
void he_config_bytes(uint8_t bytes[HE_CONFIG_BYTES], const he_enclave_config *config);
/* Reads the image of a config; he_free() it. */
he_status he_image_read(uint8_t **image, size_t *n, const he_enclave_config *config);
/* BLAKE2b-256("HEim" | length u64 | image | config bytes). */
void he_image_measure(uint8_t measurement[HE_MEASUREMENT_BYTES], const uint8_t *image, size_t n,
                      const uint8_t config_bytes[HE_CONFIG_BYTES]);
/* A simulation has no image: what is measured says so. */
void he_sim_measure(uint8_t measurement[HE_MEASUREMENT_BYTES],
                    const uint8_t config_bytes[HE_CONFIG_BYTES]);

#endif
