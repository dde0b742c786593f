/// Loaded before everything else (`LD_PRELOAD`), moves a process's wall clock, and no other clock, by as many seconds as
/// the file named in `WALL_CLOCK_SHIFT` says: eight bytes, a signed integer as this machine writes it. Whoever changes the
/// file makes the clock jump, at once and in every process that reads it.
///
/// Debian's libfaketime does not serve: it also moves the kernel's timers on the monotonic clock, so that whatever sleeps
/// while the clock is set back sleeps for a day, which no kernel does.
///
/// Not moved: waits until a time of the wall clock (`pthread_cond_timedwait` and its like). No service has one.
#ifndef WALL_CLOCK_H
#define WALL_CLOCK_H
#endif
