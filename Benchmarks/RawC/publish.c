// Publishing as the library's manual suggests: one call a message.
#include <stdio.h>
#include <string.h>

#include "raw.h"

amqp_basic_properties_t bench_properties(void) {
    return (amqp_basic_properties_t){
        ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG,
        .content_type = amqp_cstring_bytes("text/plain"),
        .delivery_mode = AMQP_DELIVERY_PERSISTENT,
    };
}

void set_message_id(amqp_basic_properties_t *properties, char id[static 24], uint64_t number) {
    int length = snprintf(id, 24, "%llu", (unsigned long long)number);
    properties->message_id = (amqp_bytes_t){.len = (size_t)length, .bytes = id};
}

void publish_one(amqp_connection_state_t connection, const amqp_basic_properties_t *properties, const char *body) {
    check(amqp_basic_publish(connection, CHANNEL, amqp_cstring_bytes(EXCHANGE), amqp_cstring_bytes(KEY), 1, 0, properties,
                             (amqp_bytes_t){.len = BODY_SIZE, .bytes = (void *)body}),
          "publishing");
}

void measure_publish(uint64_t count) {
    amqp_connection_state_t connection = connect_to_broker(10);
    select_confirms(connection);
    char body[BODY_SIZE], id[24];
    memset(body, 'x', sizeof body);
    amqp_basic_properties_t properties = bench_properties();
    window_t window = new_window(WINDOW);
    moment_t start = now();
    for (uint64_t number = 0; number < count; number++) {
        while (in_flight(&window) == WINDOW) await_confirm(connection, &window);
        set_message_id(&properties, id, number);
        opened(&window);
        publish_one(connection, &properties, body);
    }
    while (in_flight(&window) > 0) await_confirm(connection, &window);
    report("publish", "C", count, start, now());
    disconnect(connection);
}

void measure_publish_one(uint64_t count) {
    amqp_connection_state_t connection = connect_to_broker(10);
    select_confirms(connection);
    char body[BODY_SIZE], id[24];
    memset(body, 'x', sizeof body);
    amqp_basic_properties_t properties = bench_properties();
    window_t window = new_window(1);
    uint64_t *latencies = allocate(count, sizeof *latencies);
    moment_t start = now();
    for (uint64_t number = 0; number < count; number++) {
        uint64_t begin = nanoseconds();
        set_message_id(&properties, id, number);
        opened(&window);
        publish_one(connection, &properties, body);
        while (in_flight(&window) > 0) await_confirm(connection, &window);
        latencies[number] = nanoseconds() - begin;
    }
    report("publish-one", "C", count, start, now());
    write_latencies(latencies, count);
    disconnect(connection);
}
