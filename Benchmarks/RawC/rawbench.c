// The baseline: what a plain loop on librabbitmq costs, written as its manual suggests. One call a message, one ack a
// delivery, no batching of our own. The same work, messages and window as Benchmarks/BridgeBench.
//
//   rawbench prepare quorum|classic COUNT   exchange and queue anew, COUNT messages in the queue; measures nothing
//   rawbench publish COUNT                  confirmed publishing, 256 in flight
//   rawbench consume COUNT                  prefetch 256, one ack a message
//   rawbench remove                         deletes exchange and queue
//
// The broker is AMQP_URL. A measured case prints one line of JSON.
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <time.h>

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#endif

enum { CHANNEL = 1, WINDOW = 256, BODY_SIZE = 512, FRAME_MAX = 131072 };

static const char *const EXCHANGE = "bench.events";
static const char *const QUEUE = "bench.in";
static const char *const KEY = "bench.message";

static amqp_connection_state_t connection;

static _Noreturn void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("rawbench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

static void check(int status, const char *what) {
    if (status < 0) fail("%s: %s", what, amqp_error_string2(status));
}

static void check_reply(amqp_rpc_reply_t reply, const char *what) {
    if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
    if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION) fail("%s: %s", what, amqp_error_string2(reply.library_error));
    if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION && reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
        amqp_channel_close_t *closed = reply.reply.decoded;
        fail("%s: %.*s", what, (int)closed->reply_text.len, (char *)closed->reply_text.bytes);
    }
    fail("%s: the broker closed the connection", what);
}

static void connect_to_broker(void) {
    const char *url = getenv("AMQP_URL");
    if (url == NULL) fail("set AMQP_URL");
    char *copy = strdup(url);
    struct amqp_connection_info info;
    amqp_default_connection_info(&info);
    check(amqp_parse_url(copy, &info), "AMQP_URL");
    connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    check(amqp_socket_open(socket, info.host, info.port), "connecting");
    check_reply(amqp_login(connection, info.vhost, 1, FRAME_MAX, 10, AMQP_SASL_METHOD_PLAIN, info.user, info.password),
                "login");
    amqp_channel_open(connection, CHANNEL);
    check_reply(amqp_get_rpc_reply(connection), "opening a channel");
    free(copy);
}

static void disconnect(void) {
    amqp_channel_close(connection, CHANNEL, AMQP_REPLY_SUCCESS);
    amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(connection);
}

// MARK: The figures

typedef struct {
    double wall, cpu;
} moment_t;

static moment_t now(void) {
    struct timespec wall;
    struct rusage used;
    clock_gettime(CLOCK_MONOTONIC, &wall);
    getrusage(RUSAGE_SELF, &used);
    return (moment_t){
        .wall = wall.tv_sec + wall.tv_nsec / 1e9,
        .cpu = used.ru_utime.tv_sec + used.ru_stime.tv_sec + (used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6,
    };
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

static void report(const char *name, uint64_t count, moment_t from, moment_t to) {
    printf("{\"case\":\"%s\",\"who\":\"C\",\"msgs\":%llu,\"msgs_per_s\":%.0f,\"cpu_us_per_msg\":%.3f,"
           "\"p50_us\":null,\"p99_us\":null,\"rss_mb\":%.1f}\n",
           name, (unsigned long long)count, count / (to.wall - from.wall), (to.cpu - from.cpu) * 1e6 / count,
           peak_megabytes());
}

// MARK: Publishing

// Which of the window's tags are confirmed: acks come in any order, singly or for all up to a tag.
typedef struct {
    uint64_t oldest, next;  // oldest == next: nothing is in flight
    unsigned char confirmed[WINDOW];
} window_t;

static void confirm(window_t *window, uint64_t tag, int multiple) {
    if (tag < window->oldest || tag >= window->next) return;
    for (uint64_t each = multiple ? window->oldest : tag; each <= tag; each++) window->confirmed[each % WINDOW] = 1;
    while (window->oldest < window->next && window->confirmed[window->oldest % WINDOW]) window->oldest++;
}

static void await_confirm(window_t *window) {
    amqp_frame_t frame;
    amqp_maybe_release_buffers(connection);
    check(amqp_simple_wait_frame(connection, &frame), "waiting for a confirm");
    if (frame.frame_type != AMQP_FRAME_METHOD) return;
    switch (frame.payload.method.id) {
    case AMQP_BASIC_ACK_METHOD: {
        amqp_basic_ack_t *ack = frame.payload.method.decoded;
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

static void publish(uint64_t count) {
    char body[BODY_SIZE], id[24];
    memset(body, 'x', sizeof body);
    window_t window = {.oldest = 1, .next = 1};
    amqp_basic_properties_t properties = {
        ._flags = AMQP_BASIC_CONTENT_TYPE_FLAG | AMQP_BASIC_DELIVERY_MODE_FLAG | AMQP_BASIC_MESSAGE_ID_FLAG,
        .content_type = amqp_cstring_bytes("text/plain"),
        .delivery_mode = AMQP_DELIVERY_PERSISTENT,
    };
    for (uint64_t number = 0; number < count; number++) {
        while (window.next - window.oldest == WINDOW) await_confirm(&window);
        int length = snprintf(id, sizeof id, "%llu", (unsigned long long)number);
        properties.message_id = (amqp_bytes_t){.len = (size_t)length, .bytes = id};
        window.confirmed[window.next % WINDOW] = 0;
        window.next++;
        check(amqp_basic_publish(connection, CHANNEL, amqp_cstring_bytes(EXCHANGE), amqp_cstring_bytes(KEY), 1, 0,
                                 &properties, (amqp_bytes_t){.len = sizeof body, .bytes = body}),
              "publishing");
    }
    while (window.oldest < window.next) await_confirm(&window);
}

static void select_confirms(void) {
    amqp_confirm_select(connection, CHANNEL);
    check_reply(amqp_get_rpc_reply(connection), "turning confirms on");
}

static void measure_publish(uint64_t count) {
    select_confirms();
    moment_t start = now();
    publish(count);
    report("publish", count, start, now());
}

// MARK: Consuming

static void measure_consume(uint64_t count) {
    amqp_basic_qos(connection, CHANNEL, 0, WINDOW, 0);
    check_reply(amqp_get_rpc_reply(connection), "setting the prefetch");
    moment_t start = now();
    amqp_basic_consume(connection, CHANNEL, amqp_cstring_bytes(QUEUE), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    check_reply(amqp_get_rpc_reply(connection), "consuming");
    uint64_t bytes = 0;
    for (uint64_t number = 0; number < count; number++) {
        amqp_envelope_t envelope;
        amqp_maybe_release_buffers(connection);
        check_reply(amqp_consume_message(connection, &envelope, NULL, 0), "waiting for a delivery");
        bytes += envelope.message.body.len;
        check(amqp_basic_ack(connection, CHANNEL, envelope.delivery_tag, 0), "acknowledging");
        amqp_destroy_envelope(&envelope);
    }
    moment_t end = now();
    if (bytes != count * BODY_SIZE) fail("received %llu bytes, expected %llu", (unsigned long long)bytes,
                                         (unsigned long long)(count * BODY_SIZE));
    report("consume", count, start, end);
}

// MARK: The queue

static void remove_all(void) {
    amqp_queue_delete(connection, CHANNEL, amqp_cstring_bytes(QUEUE), 0, 0);
    check_reply(amqp_get_rpc_reply(connection), "deleting the queue");
    amqp_exchange_delete(connection, CHANNEL, amqp_cstring_bytes(EXCHANGE), 0);
    check_reply(amqp_get_rpc_reply(connection), "deleting the exchange");
}

static void prepare(const char *type, uint64_t count) {
    remove_all();
    amqp_table_entry_t entry = {
        .key = amqp_cstring_bytes("x-queue-type"),
        .value = {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes(type)},
    };
    amqp_table_t arguments = {.num_entries = 1, .entries = &entry};
    amqp_exchange_declare(connection, CHANNEL, amqp_cstring_bytes(EXCHANGE), amqp_cstring_bytes("topic"), 0, 1, 0, 0,
                          amqp_empty_table);
    check_reply(amqp_get_rpc_reply(connection), "declaring the exchange");
    amqp_queue_declare(connection, CHANNEL, amqp_cstring_bytes(QUEUE), 0, 1, 0, 0, arguments);
    check_reply(amqp_get_rpc_reply(connection), "declaring the queue");
    amqp_queue_bind(connection, CHANNEL, amqp_cstring_bytes(QUEUE), amqp_cstring_bytes(EXCHANGE),
                    amqp_cstring_bytes("bench.#"), amqp_empty_table);
    check_reply(amqp_get_rpc_reply(connection), "binding the queue");
    if (count == 0) return;
    select_confirms();
    publish(count);
}

static uint64_t number(const char *text) {
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0') fail("'%s' is not a number", text);
    return value;
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    if (!strcmp(what, "prepare") && argc == 4) {
        connect_to_broker();
        prepare(argv[2], number(argv[3]));
    } else if (!strcmp(what, "publish") && argc == 3) {
        connect_to_broker();
        measure_publish(number(argv[2]));
    } else if (!strcmp(what, "consume") && argc == 3) {
        connect_to_broker();
        measure_consume(number(argv[2]));
    } else if (!strcmp(what, "remove") && argc == 2) {
        connect_to_broker();
        remove_all();
    } else {
        fail("usage: prepare quorum|classic COUNT, publish COUNT, consume COUNT, remove");
    }
    disconnect();
}
