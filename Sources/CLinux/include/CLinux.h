#ifndef C_LINUX_H
#define C_LINUX_H

// Headers that Glibc's module map leaves out, and inline shims for what the importer cannot see.

#include <netdb.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <sys/un.h>

// accept4 is a GNU extension; the importer compiles headers without _GNU_SOURCE defined early enough.
int fleet_accept4(int listener, struct sockaddr *address, socklen_t *length);

// Pins the calling thread to one CPU. Returns 0, or an errno value.
int fleet_pin_to_cpu(int cpu);

// How many CPUs the calling process may run on.
int fleet_usable_cpus(void);

// Names the calling thread (at most 15 bytes are kept).
void fleet_name_thread(const char *name);

// Who is at the other end of a Unix-domain socket. Returns 0, or an errno value.
int fleet_peer(int descriptor, uint32_t *user, int32_t *process);

// Reserves disk room for a part of a file without changing its length. Returns 0, or an errno value.
int fleet_reserve(int descriptor, long long offset, long long count);

// CRC-32C over more bytes, without the inversions before and after. The second form never uses the processor's
// own instruction; it is there for machines without it, and to be compared with.
uint32_t fleet_crc32c(uint32_t crc, const unsigned char *bytes, size_t count);
uint32_t fleet_crc32c_by_tables(uint32_t crc, const unsigned char *bytes, size_t count);

#endif
