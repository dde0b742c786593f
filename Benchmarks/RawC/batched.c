// What C reaches with frames of its own making: the library's public encoders into one buffer, one send a batch. It goes
// past the library's heartbeat timer, whose frames could land inside a half-sent batch: these connections have none.
#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "raw.h"

enum { BATCH = 128, FRAME_OVERHEAD = 8, FRAME_HEADER = 7, MESSAGE_ROOM = 1024 };

typedef struct {
    unsigned char bytes[BATCH * MESSAGE_ROOM];
    size_t length;
} batch_t;

static void store(unsigned char *to, uint64_t value, int bytes) {
    for (int each = 0; each < bytes; each++) to[each] = (unsigned char)(value >> (8 * (bytes - 1 - each)));
}

// Type, channel and size go before what has been written behind them, the end mark after it.
static void close_frame(batch_t *batch, unsigned char type, size_t payload) {
    unsigned char *frame = batch->bytes + batch->length;
    frame[0] = type;
    store(frame + 1, CHANNEL, 2);
    store(frame + 3, payload, 4);
    frame[FRAME_HEADER + payload] = AMQP_FRAME_END;
    batch->length += FRAME_OVERHEAD + payload;
}

static amqp_bytes_t room(batch_t *batch, size_t after) {
    size_t used = batch->length + FRAME_HEADER + after;
    return (amqp_bytes_t){.len = sizeof batch->bytes - used - 1, .bytes = batch->bytes + used};
}

static void append(batch_t *batch, amqp_basic_properties_t *properties, const char *body) {
    static amqp_basic_publish_t method = {.mandatory = 1};
    method.exchange = amqp_cstring_bytes(EXCHANGE);
    method.routing_key = amqp_cstring_bytes(KEY);
    amqp_bytes_t space = room(batch, 4);
    int size = amqp_encode_method(AMQP_BASIC_PUBLISH_METHOD, &method, space);
    check(size, "encoding the method");
    store((unsigned char *)space.bytes - 4, AMQP_BASIC_PUBLISH_METHOD, 4);
    close_frame(batch, AMQP_FRAME_METHOD, 4 + (size_t)size);

    space = room(batch, 12);
    size = amqp_encode_properties(AMQP_BASIC_CLASS, properties, space);
    check(size, "encoding the properties");
    store((unsigned char *)space.bytes - 12, (uint64_t)AMQP_BASIC_CLASS << 16, 4);  // and the weight, which is 0
    store((unsigned char *)space.bytes - 8, BODY_SIZE, 8);
    close_frame(batch, AMQP_FRAME_HEADER, 12 + (size_t)size);

    memcpy(room(batch, 0).bytes, body, BODY_SIZE);
    close_frame(batch, AMQP_FRAME_BODY, BODY_SIZE);
}

// The socket does not block: a broker that takes no more may wait for us to read, so both directions are looked at.
static void send_batch(amqp_connection_state_t connection, batch_t *batch, window_t *window) {
    struct pollfd socket = {.fd = amqp_get_sockfd(connection), .events = POLLIN | POLLOUT};
    size_t sent = 0;
    while (sent < batch->length) {
        ssize_t now_sent = send(socket.fd, batch->bytes + sent, batch->length - sent, MSG_NOSIGNAL);
        if (now_sent >= 0) {
            sent += (size_t)now_sent;
        } else if (errno == EAGAIN) {
            if (poll(&socket, 1, -1) < 0 && errno != EINTR) fail("poll: %s", strerror(errno));
            if (socket.revents & POLLIN) take_confirms(connection, window);
        } else if (errno != EINTR) {
            fail("send: %s", strerror(errno));
        }
    }
    batch->length = 0;
}

void publish_batched(amqp_connection_state_t connection, window_t *window, uint64_t count) {
    static batch_t batch;
    char body[BODY_SIZE], id[24];
    memset(body, 'x', sizeof body);
    amqp_basic_properties_t properties = bench_properties();
    for (uint64_t number = 0; number < count;) {
        uint64_t size = count - number < BATCH ? count - number : BATCH;
        while (window->size - in_flight(window) < size) await_confirm(connection, window);
        for (uint64_t each = 0; each < size; each++, number++) {
            set_message_id(&properties, id, number);
            append(&batch, &properties, body);
            opened(window);
        }
        send_batch(connection, &batch, window);
    }
    while (in_flight(window) > 0) await_confirm(connection, window);
}

void measure_publish_batched(uint64_t count) {
    amqp_connection_state_t connection = connect_to_broker(0);
    select_confirms(connection);
    window_t window = new_window(WINDOW);
    moment_t start = now();
    publish_batched(connection, &window, count);
    report("publish-batch", "C batched", count, start, now());
    disconnect(connection);
}

// No window: one as long as the flood.
void measure_flood(uint64_t count) {
    amqp_connection_state_t connection = connect_to_broker(0);
    select_confirms(connection);
    window_t window = new_window(count);
    moment_t start = now();
    publish_batched(connection, &window, count);
    report("publish-flood", "C", count, start, now());
    disconnect(connection);
}
