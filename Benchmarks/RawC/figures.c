// Time, processor time and memory, and the line that says them.
#include <stdio.h>
#include <string.h>
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

void sleep_until(uint64_t due) {
    struct timespec time = {.tv_sec = (time_t)(due / 1000000000), .tv_nsec = (long)(due % 1000000000)};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &time, NULL) != 0) {}
}

// VmHWM is the peak of the resident set. Not ru_maxrss, which a process inherits from the one that started it.
static double megabytes(const char *name) {
    FILE *status = fopen("/proc/self/status", "r");
    char line[256];
    size_t length = strlen(name);
    double kilobytes = 0;
    while (status != NULL && fgets(line, sizeof line, status) != NULL) {
        if (strncmp(line, name, length) == 0 && line[length] == ':') kilobytes = atof(line + length + 1);
    }
    if (status != NULL) fclose(status);
    return kilobytes / 1024;
}

void report(const char *name, const char *who, uint64_t count, moment_t from, moment_t to) {
    printf("{\"case\":\"%s\",\"who\":\"%s\",\"msgs\":%llu,\"msgs_per_s\":%.0f,\"cpu_us_per_msg\":%.3f,"
           "\"rss_mb\":%.1f,\"rss_anon_mb\":%.1f}\n",
           name, who, (unsigned long long)count, count / (to.wall - from.wall), (to.cpu - from.cpu) * 1e6 / count,
           megabytes("VmHWM"), megabytes("RssAnon"));
}

void report_role(const char *role, uint64_t count, uint64_t begin, moment_t ready) {
    moment_t end = now();
    printf("{\"role\":\"%s\",\"who\":\"C\",\"msgs\":%llu,\"begin_ns\":%llu,\"end_ns\":%llu,\"cpu_us_per_msg\":%.3f,"
           "\"rss_mb\":%.1f,\"rss_anon_mb\":%.1f}\n",
           role, (unsigned long long)count, (unsigned long long)begin, (unsigned long long)nanoseconds(),
           (end.cpu - ready.cpu) * 1e6 / count, megabytes("VmHWM"), megabytes("RssAnon"));
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
