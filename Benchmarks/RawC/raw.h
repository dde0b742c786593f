// What the cases of the baseline share.
#pragma once

#include <stdint.h>
#include <stdlib.h>

#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#endif

enum { CHANNEL = 1, WINDOW = 256, BODY_SIZE = 512, FRAME_MAX = 131072, PACE_PER_SECOND = 1000 };

#define EXCHANGE "bench.events"
#define QUEUE "bench.in"
#define KEY "bench.message"

// broker.c

_Noreturn void fail(const char *format, ...) __attribute__((format(printf, 1, 2)));
void check(int status, const char *what);
void check_reply(amqp_rpc_reply_t reply, const char *what);
amqp_connection_state_t connect_to_broker(int heartbeat_seconds);
void disconnect(amqp_connection_state_t connection);
void select_confirms(amqp_connection_state_t connection);
void start_consuming(amqp_connection_state_t connection, const char *queue);
void prepare(amqp_connection_state_t connection, const char *queue_type, uint64_t count);
void fill(amqp_connection_state_t connection, uint64_t count);
void prepare_chain(amqp_connection_state_t connection, const char *queue_type);
void remove_all(amqp_connection_state_t connection);
void describe(amqp_connection_state_t connection);

// figures.c

typedef struct {
    double wall, cpu;
} moment_t;

moment_t now(void);
uint64_t nanoseconds(void);
void sleep_until(uint64_t due);  // nanoseconds() of then
void report(const char *name, const char *who, uint64_t count, moment_t from, moment_t to);
void report_role(const char *role, uint64_t count, uint64_t begin, moment_t ready);
void write_latencies(const uint64_t *latencies, uint64_t count);
void *allocate(uint64_t count, size_t size);

// window.c: which published messages are not confirmed yet

typedef struct {
    uint64_t oldest, next;  // oldest == next: nothing is in flight
    uint64_t size;
    unsigned char *confirmed;
} window_t;

window_t new_window(uint64_t size);
uint64_t in_flight(const window_t *window);
void opened(window_t *window);                                              // one more message was sent
void await_confirm(amqp_connection_state_t connection, window_t *window);  // blocks for one frame
void take_confirms(amqp_connection_state_t connection, window_t *window);  // what is there

// publish.c

amqp_basic_properties_t bench_properties(void);
void set_message_id(amqp_basic_properties_t *properties, char id[static 24], uint64_t number);
void publish_one(amqp_connection_state_t connection, const amqp_basic_properties_t *properties, const char *body);
void measure_publish(uint64_t count);
void measure_publish_one(uint64_t count);

// batched.c

void publish_batched(amqp_connection_state_t connection, window_t *window, uint64_t count);
void measure_publish_batched(uint64_t count);
void measure_flood(uint64_t count);

// consume.c

void measure_consume(uint64_t count);
void measure_consume_batched(uint64_t count);

// oneway.c

void measure_one_way(uint64_t count);

// chain.c

void run_role(const char *name, uint64_t count, uint64_t rate);
