// One way: a thread that sends at a steady pace, confirmed, and one that receives, each with a connection of its own. The
// first eight bytes of a body say when the call that sends it began.
#include <pthread.h>
#include <string.h>

#include "raw.h"

typedef struct {
    amqp_connection_state_t connection;
    uint64_t count;
} sender_t;

static void *send_paced(void *argument) {
    sender_t *sender = argument;
    char body[BODY_SIZE], id[24];
    memset(body, 'x', sizeof body);
    amqp_basic_properties_t properties = bench_properties();
    window_t window = new_window(WINDOW);
    uint64_t start = nanoseconds();
    for (uint64_t number = 0; number < sender->count; number++) {
        sleep_until(start + number * (1000000000 / PACE_PER_SECOND));
        take_confirms(sender->connection, &window);
        while (in_flight(&window) == WINDOW) await_confirm(sender->connection, &window);
        set_message_id(&properties, id, number);
        opened(&window);
        uint64_t begin = nanoseconds();
        memcpy(body, &begin, sizeof begin);
        publish_one(sender->connection, &properties, body);
    }
    while (in_flight(&window) > 0) await_confirm(sender->connection, &window);
    return NULL;
}

void measure_one_way(uint64_t count) {
    sender_t sender = {.connection = connect_to_broker(10), .count = count};
    select_confirms(sender.connection);
    amqp_connection_state_t connection = connect_to_broker(10);
    amqp_basic_qos(connection, CHANNEL, 0, WINDOW, 0);
    check_reply(amqp_get_rpc_reply(connection), "setting the prefetch");
    start_consuming(connection, QUEUE);
    uint64_t *latencies = allocate(count, sizeof *latencies);
    pthread_t thread;
    moment_t start = now();
    if (pthread_create(&thread, NULL, send_paced, &sender) != 0) fail("cannot start a thread");
    for (uint64_t number = 0; number < count; number++) {
        amqp_envelope_t envelope;
        uint64_t begin;
        amqp_maybe_release_buffers(connection);
        check_reply(amqp_consume_message(connection, &envelope, NULL, 0), "waiting for a delivery");
        if (envelope.message.body.len != BODY_SIZE) fail("received %zu bytes", envelope.message.body.len);
        memcpy(&begin, envelope.message.body.bytes, sizeof begin);
        latencies[number] = nanoseconds() - begin;
        check(amqp_basic_ack(connection, CHANNEL, envelope.delivery_tag, 0), "acknowledging");
        amqp_destroy_envelope(&envelope);
    }
    pthread_join(thread, NULL);
    report("one-way", "C", count, start, now());
    write_latencies(latencies, count);
    disconnect(connection);
    disconnect(sender.connection);
}
