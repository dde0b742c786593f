// Consuming as the library's manual suggests, with an ack each, and with one ack for many.
#include "raw.h"

enum { ACK_EVERY = 64 };

static void measure(const char *name, const char *who, uint64_t count, uint64_t every) {
    amqp_connection_state_t connection = connect_to_broker(10);
    amqp_basic_qos(connection, CHANNEL, 0, WINDOW, 0);
    check_reply(amqp_get_rpc_reply(connection), "setting the prefetch");
    moment_t start = now();
    start_consuming(connection, QUEUE);
    uint64_t bytes = 0;
    for (uint64_t number = 1; number <= count; number++) {
        amqp_envelope_t envelope;
        amqp_maybe_release_buffers(connection);
        check_reply(amqp_consume_message(connection, &envelope, NULL, 0), "waiting for a delivery");
        bytes += envelope.message.body.len;
        if (number % every == 0 || number == count) {
            check(amqp_basic_ack(connection, CHANNEL, envelope.delivery_tag, every > 1), "acknowledging");
        }
        amqp_destroy_envelope(&envelope);
    }
    moment_t end = now();
    if (bytes != count * BODY_SIZE) fail("received %llu bytes, expected %llu", (unsigned long long)bytes,
                                         (unsigned long long)(count * BODY_SIZE));
    report(name, who, count, start, end);
    disconnect(connection);
}

void measure_consume(uint64_t count) { measure("consume", "C", count, 1); }

void measure_consume_batched(uint64_t count) { measure("consume-batch", "C batched", count, ACK_EVERY); }
