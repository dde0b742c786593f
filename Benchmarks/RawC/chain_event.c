// The events. What reads them here is no JSON parser: it finds the fields that its own kind wrote, which is as little as
// it can cost.
#define _GNU_SOURCE
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <sys/time.h>
#include <time.h>

#include "chain.h"

enum { TIME_ROOM = 32, DATA_ROOM = 512 };

// Version 4.
static void new_uuid(char uuid[static UUID_ROOM]) {
    unsigned char random[16];
    if (getrandom(random, sizeof random, 0) != sizeof random) fail("no random bytes");
    random[6] = (random[6] & 0x0f) | 0x40;
    random[8] = (random[8] & 0x3f) | 0x80;
    static const char digits[] = "0123456789abcdef";
    char *to = uuid;
    for (int each = 0; each < 16; each++) {
        if (each == 4 || each == 6 || each == 8 || each == 10) *to++ = '-';
        *to++ = digits[random[each] >> 4];
        *to++ = digits[random[each] & 15];
    }
    *to = '\0';
}

// In UTC, with milliseconds.
static void write_time(char text[static TIME_ROOM]) {
    struct timeval time;
    struct tm parts;
    gettimeofday(&time, NULL);
    gmtime_r(&time.tv_sec, &parts);
    size_t length = strftime(text, TIME_ROOM, "%FT%T", &parts);
    snprintf(text + length, TIME_ROOM - length, ".%03dZ", (int)(time.tv_usec / 1000));
}

static event_t new_event(const char *role, const char *key, amqp_bytes_t order_id, amqp_bytes_t data) {
    event_t event;
    char time[TIME_ROOM];
    new_uuid(event.id);
    write_time(time);
    int length = snprintf(event.body, sizeof event.body,
                          "{\"specversion\":\"1.0\",\"id\":\"%s\",\"source\":\"/bench/%s\",\"type\":\"bench.%s.v1\","
                          "\"subject\":\"%.*s\",\"time\":\"%s\",\"datacontenttype\":\"application/json\","
                          "\"correlationid\":\"%.*s\",\"data\":%.*s}",
                          event.id, role, key, (int)order_id.len, (char *)order_id.bytes, time, (int)order_id.len,
                          (char *)order_id.bytes, (int)data.len, (char *)data.bytes);
    if (length < 0 || (size_t)length >= sizeof event.body) fail("an event of %d bytes", length);
    event.length = (size_t)length;
    return event;
}

event_t order_event(uint64_t placed_ns) {
    char order_id[UUID_ROOM], data[DATA_ROOM];
    new_uuid(order_id);
    snprintf(data, sizeof data,
             "{\"order_id\":\"%s\",\"placed_ns\":%llu,\"sku\":\"MUG\",\"quantity\":2,"
             "\"customer\":{\"name\":\"Ada Lovelace\",\"email\":\"ada@example.org\"},"
             "\"ship_to\":\"12 St James's Square\",\"note\":\"xxxxxxxx\"}",
             order_id, (unsigned long long)placed_ns);
    return new_event("order", "order.created", amqp_cstring_bytes(order_id), amqp_cstring_bytes(data));
}

event_t next_event(amqp_bytes_t event, const char *role, const char *key) {
    return new_event(role, key, field(event, "order_id"), field(event, "data"));
}

amqp_bytes_t field(amqp_bytes_t event, const char *name) {
    char key[32];
    int length = snprintf(key, sizeof key, "\"%s\":", name);
    char *value = memmem(event.bytes, event.len, key, (size_t)length), *last = (char *)event.bytes + event.len - 1;
    if (value == NULL) fail("an event without %s", name);
    value += length;
    char *end = value;
    if (*value == '{') {
        end = last;  // the one object asked for is the data, which ends the event
    } else if (*value == '"') {
        value++;
        end = memchr(value, '"', (size_t)(last - value));
    } else {
        while (end < last && *end >= '0' && *end <= '9') end++;
    }
    if (end == NULL) fail("an event whose %s does not end", name);
    return (amqp_bytes_t){.len = (size_t)(end - value), .bytes = value};
}
