/*
 * Tells ThreadSanitizer about Swift's Mutex.
 *
 * Its quick way through is compiled into whoever uses it, and so instrumented. The slow way, for a mutex that somebody
 * holds, is in libswiftSynchronization, which is not: without these two ThreadSanitizer sees no order between the one who
 * unlocks and the one who waited, and calls everything under a contended mutex a race. Loaded before that library
 * (LD_PRELOAD), they stand in front of its functions. Their `self` is the address of the mutex's state, on which the quick
 * way's own atomics work.
 *
 * Build: clang -shared -fPIC -O1 -o libtsan-mutex.so tsan-mutex.c
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <stdint.h>

/* Missing in a process that is not instrumented, such as `swift test` itself. */
extern void __tsan_acquire(void *) __attribute__((weak));
extern void __tsan_release(void *) __attribute__((weak));

#define SWIFTCALL __attribute__((swiftcall))
#define SELF __attribute__((swift_context))

typedef SWIFTCALL void lock_slow(uint32_t, SELF void *);
typedef SWIFTCALL void unlock_slow(SELF void *);

/* Synchronization._MutexHandle._lockSlow(UInt32) */
SWIFTCALL void lock(uint32_t thread, SELF void *self) __asm__("$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
/* Synchronization._MutexHandle._unlockSlow() */
SWIFTCALL void unlock(SELF void *self) __asm__("$s15Synchronization12_MutexHandleV11_unlockSlowyyF");

SWIFTCALL void lock(uint32_t thread, SELF void *self) {
  static lock_slow *next;
  if (!next) next = (lock_slow *)dlsym(RTLD_NEXT, "$s15Synchronization12_MutexHandleV9_lockSlowyys6UInt32VF");
  next(thread, self);
  if (__tsan_acquire) __tsan_acquire(self);
}

SWIFTCALL void unlock(SELF void *self) {
  static unlock_slow *next;
  if (!next) next = (unlock_slow *)dlsym(RTLD_NEXT, "$s15Synchronization12_MutexHandleV11_unlockSlowyyF");
  if (__tsan_release) __tsan_release(self);
  next(self);
}
