// Time, processor time and memory, and the line that says them.
#include <stdio.h>
#include <sys/resource.h>
#include <time.h>

#include "raw.h"

moment_t now(void) {
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (moment_t){
        .wall = nanoseconds() / 1e9,
        .cpu = used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
    };
}

uint64_t nanoseconds(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (uint64_t)time.tv_sec * 1000000000 + (uint64_t)time.tv_nsec;
}

// The peak of the resident set. Not ru_maxrss, which a process inherits from the one that started it.
static double peak_megabytes(void) {
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    long kilobytes = 0;
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (sscanf(line, "VmHWM: %ld", &kilobytes) == 1) break;
    }
    if (status != NULL) fclose(status);
    return kilobytes / 1024.0;
}

void report(const char *name, const char *who, uint64_t count, moment_t from, moment_t to) {
    printf("{\"case\":\"%s\",\"who\":\"%s\",\"msgs\":%llu,\"msgs_per_s\":%.0f,\"cpu_us_per_msg\":%.3f,"
           "\"rss_mb\":%.1f}\n",
           name, who, (unsigned long long)count, count / (to.wall - from.wall), (to.cpu - from.cpu) * 1e6 / count,
           peak_megabytes());
}

void write_latencies(const uint64_t *latencies, uint64_t count) {
    const char *path = getenv("LATENCIES");
    if (path == NULL) return;
    FILE *file = fopen(path, "w");
    if (file == NULL) fail("cannot write %s", path);
    for (uint64_t each = 0; each < count; each++) fprintf(file, "%llu\n", (unsigned long long)latencies[each]);
    if (fclose(file) != 0) fail("cannot write %s", path);
}

void *allocate(uint64_t count, size_t size) {
    void *memory = calloc(count, size);
    if (memory == NULL) fail("out of memory");
    return memory;
}
