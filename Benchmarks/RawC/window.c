// Which of the published messages are confirmed: acks come in any order, singly or for all up to a tag.
#include <sys/time.h>

#include "raw.h"

window_t new_window(uint64_t size) {
    return (window_t){.oldest = 1, .next = 1, .size = size, .confirmed = allocate(size, 1)};
}

uint64_t in_flight(const window_t *window) { return window->next - window->oldest; }

void opened(window_t *window) { window->confirmed[window->next++ % window->size] = 0; }

static void confirm(window_t *window, uint64_t tag, int multiple) {
    if (tag < window->oldest || tag >= window->next) return;
    for (uint64_t each = multiple ? window->oldest : tag; each <= tag; each++) window->confirmed[each % window->size] = 1;
    while (window->oldest < window->next && window->confirmed[window->oldest % window->size]) window->oldest++;
}

static void take(const amqp_frame_t *frame, window_t *window) {
    if (frame->frame_type != AMQP_FRAME_METHOD) return;
    switch (frame->payload.method.id) {
    case AMQP_BASIC_ACK_METHOD: {
        amqp_basic_ack_t *ack = frame->payload.method.decoded;
        confirm(window, ack->delivery_tag, ack->multiple);
        break;
    }
    case AMQP_BASIC_NACK_METHOD: fail("the broker refused a message");
    case AMQP_BASIC_RETURN_METHOD: fail("the broker returned a message: no queue");
    case AMQP_CHANNEL_CLOSE_METHOD: fail("the broker closed the channel");
    case AMQP_CONNECTION_CLOSE_METHOD: fail("the broker closed the connection");
    default: break;
    }
}

void await_confirm(amqp_connection_state_t connection, window_t *window) {
    amqp_frame_t frame;
    amqp_maybe_release_buffers(connection);
    check(amqp_simple_wait_frame(connection, &frame), "waiting for a confirm");
    take(&frame, window);
}

void take_confirms(amqp_connection_state_t connection, window_t *window) {
    struct timeval at_once = {0};
    amqp_frame_t frame;
    for (;;) {
        amqp_maybe_release_buffers(connection);
        int status = amqp_simple_wait_frame_noblock(connection, &frame, &at_once);
        if (status == AMQP_STATUS_TIMEOUT) return;
        check(status, "looking for a confirm");
        take(&frame, window);
    }
}
