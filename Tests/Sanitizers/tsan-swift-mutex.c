// Tells the thread sanitizer about Swift's Mutex.
//
// On Linux, Synchronization.Mutex is an atomic word and, when two threads meet, a futex. The fast path is compiled into
// our code, where the sanitizer sees it. The slow path lives in libswiftSynchronization.so, which is not instrumented:
// a lock that was waited for looks like no lock, and everything it guards like a data race. `make test-tsan` preloads
// these two functions, which stand in front of the library's own ones: waiting ends with an acquire, waking begins with
// a release. They change nothing else, so races in our code are still found.
//
// The names are Swift's mangled ones of `_MutexHandle._lockSlow(_:)` and `_MutexHandle._unlockSlow()`, and the handle
// comes in the register of `self`. Should a later Swift name them otherwise, these functions are never called, and the
// false findings are back.

#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

#define LOCK_SLOW "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF"
#define UNLOCK_SLOW "$s15Synchronization12_MutexHandleV11_unlockSlowyyF"
#define SWIFT __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

// Absent in the processes that the tests start without the sanitizer.
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

SWIFT void lock_slow(uint32_t thread, SELF void *handle) __asm__(LOCK_SLOW);
SWIFT void lock_slow(uint32_t thread, SELF void *handle) {
    SWIFT void (*original)(uint32_t, SELF void *) = dlsym(RTLD_NEXT, LOCK_SLOW);
    original(thread, handle);
    if (__tsan_acquire) __tsan_acquire(handle);
}

SWIFT void unlock_slow(SELF void *handle) __asm__(UNLOCK_SLOW);
SWIFT void unlock_slow(SELF void *handle) {
    SWIFT void (*original)(SELF void *) = dlsym(RTLD_NEXT, UNLOCK_SLOW);
    if (__tsan_release) __tsan_release(handle);
    original(handle);
}
