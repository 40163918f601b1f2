#include <stdint.h>
#include <string.h>

#include "CLinux.h"

// CRC-32C (Castagnoli), reflected polynomial 0x82F63B78: the one that processors compute themselves.

#define POLYNOMIAL 0x82F63B78u

static uint32_t tables[8][256];

// Runs before main, so that no caller has to ask whether the tables stand.
__attribute__((constructor)) static void make_tables(void) {
    for (uint32_t byte = 0; byte < 256; byte++) {
        uint32_t crc = byte;
        for (int bit = 0; bit < 8; bit++) crc = (crc >> 1) ^ (POLYNOMIAL & (0u - (crc & 1)));
        tables[0][byte] = crc;
    }
    for (uint32_t byte = 0; byte < 256; byte++) {
        for (int slice = 1; slice < 8; slice++) {
            uint32_t previous = tables[slice - 1][byte];
            tables[slice][byte] = (previous >> 8) ^ tables[0][previous & 0xFF];
        }
    }
}

uint32_t fleet_crc32c_by_tables(uint32_t crc, const unsigned char *bytes, size_t count) {
    while (count >= 8) {
        uint32_t low = crc ^ ((uint32_t)bytes[0] | (uint32_t)bytes[1] << 8 | (uint32_t)bytes[2] << 16 |
                              (uint32_t)bytes[3] << 24);
        crc = tables[7][low & 0xFF] ^ tables[6][(low >> 8) & 0xFF] ^ tables[5][(low >> 16) & 0xFF] ^
              tables[4][low >> 24] ^ tables[3][bytes[4]] ^ tables[2][bytes[5]] ^ tables[1][bytes[6]] ^
              tables[0][bytes[7]];
        bytes += 8;
        count -= 8;
    }
    while (count--) crc = (crc >> 8) ^ tables[0][(crc ^ *bytes++) & 0xFF];
    return crc;
}

#if defined(__x86_64__)

__attribute__((target("sse4.2"))) static uint32_t by_instruction(uint32_t crc, const unsigned char *bytes,
                                                                 size_t count) {
    uint64_t wide = crc;
    while (count >= 8) {
        uint64_t word;
        memcpy(&word, bytes, 8);
        wide = __builtin_ia32_crc32di(wide, word);
        bytes += 8;
        count -= 8;
    }
    crc = (uint32_t)wide;
    while (count--) crc = __builtin_ia32_crc32qi(crc, *bytes++);
    return crc;
}

static int has_instruction;

__attribute__((constructor)) static void look_for_instruction(void) {
    __builtin_cpu_init();
    has_instruction = __builtin_cpu_supports("sse4.2");
}

uint32_t fleet_crc32c(uint32_t crc, const unsigned char *bytes, size_t count) {
    return has_instruction ? by_instruction(crc, bytes, count) : fleet_crc32c_by_tables(crc, bytes, count);
}

#else

uint32_t fleet_crc32c(uint32_t crc, const unsigned char *bytes, size_t count) {
    return fleet_crc32c_by_tables(crc, bytes, count);
}

#endif
