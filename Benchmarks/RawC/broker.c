// The broker: connecting, and the exchange and queues that are measured with.
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "raw.h"

_Noreturn void fail(const char *format, ...) {
    va_list arguments;
    va_start(arguments, format);
    fputs("rawbench: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    exit(1);
}

void check(int status, const char *what) {
    if (status < 0) fail("%s: %s", what, amqp_error_string2(status));
}

void check_reply(amqp_rpc_reply_t reply, const char *what) {
    if (reply.reply_type == AMQP_RESPONSE_NORMAL) return;
    if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION) fail("%s: %s", what, amqp_error_string2(reply.library_error));
    if (reply.reply_type == AMQP_RESPONSE_SERVER_EXCEPTION && reply.reply.id == AMQP_CHANNEL_CLOSE_METHOD) {
        amqp_channel_close_t *closed = reply.reply.decoded;
        fail("%s: %.*s", what, (int)closed->reply_text.len, (char *)closed->reply_text.bytes);
    }
    fail("%s: the broker closed the connection", what);
}

amqp_connection_state_t connect_to_broker(int heartbeat_seconds) {
    const char *url = getenv("AMQP_URL");
    if (url == NULL) fail("set AMQP_URL");
    char *copy = strdup(url);
    struct amqp_connection_info info;
    amqp_default_connection_info(&info);
    check(amqp_parse_url(copy, &info), "AMQP_URL");
    amqp_connection_state_t connection = amqp_new_connection();
    amqp_socket_t *socket = amqp_tcp_socket_new(connection);
    check(amqp_socket_open(socket, info.host, info.port), "connecting");
    check_reply(amqp_login(connection, info.vhost, 1, FRAME_MAX, heartbeat_seconds, AMQP_SASL_METHOD_PLAIN, info.user,
                           info.password),
                "login");
    amqp_channel_open(connection, CHANNEL);
    check_reply(amqp_get_rpc_reply(connection), "opening a channel");
    free(copy);
    return connection;
}

void disconnect(amqp_connection_state_t connection) {
    amqp_channel_close(connection, CHANNEL, AMQP_REPLY_SUCCESS);
    amqp_connection_close(connection, AMQP_REPLY_SUCCESS);
    amqp_destroy_connection(connection);
}

void select_confirms(amqp_connection_state_t connection) {
    amqp_confirm_select(connection, CHANNEL);
    check_reply(amqp_get_rpc_reply(connection), "turning confirms on");
}

void start_consuming(amqp_connection_state_t connection, const char *queue) {
    amqp_basic_consume(connection, CHANNEL, amqp_cstring_bytes(queue), amqp_empty_bytes, 0, 0, 0, amqp_empty_table);
    check_reply(amqp_get_rpc_reply(connection), "consuming");
}

static void declare_exchange(amqp_connection_state_t connection) {
    amqp_exchange_declare(connection, CHANNEL, amqp_cstring_bytes(EXCHANGE), amqp_cstring_bytes("topic"), 0, 1, 0, 0,
                          amqp_empty_table);
    check_reply(amqp_get_rpc_reply(connection), "declaring the exchange");
}

static void declare_queue(amqp_connection_state_t connection, const char *queue, const char *type, const char *key) {
    amqp_table_entry_t entry = {
        .key = amqp_cstring_bytes("x-queue-type"),
        .value = {.kind = AMQP_FIELD_KIND_UTF8, .value.bytes = amqp_cstring_bytes(type)},
    };
    amqp_table_t arguments = {.num_entries = 1, .entries = &entry};
    amqp_queue_declare(connection, CHANNEL, amqp_cstring_bytes(queue), 0, 1, 0, 0, arguments);
    check_reply(amqp_get_rpc_reply(connection), "declaring a queue");
    amqp_queue_bind(connection, CHANNEL, amqp_cstring_bytes(queue), amqp_cstring_bytes(EXCHANGE), amqp_cstring_bytes(key),
                    amqp_empty_table);
    check_reply(amqp_get_rpc_reply(connection), "binding a queue");
}

void remove_all(amqp_connection_state_t connection) {
    static const char *const queues[] = {QUEUE, "chain.inventory", "chain.shipping", "chain.notify"};
    for (size_t each = 0; each < sizeof queues / sizeof *queues; each++) {
        amqp_queue_delete(connection, CHANNEL, amqp_cstring_bytes(queues[each]), 0, 0);
        check_reply(amqp_get_rpc_reply(connection), "deleting a queue");
    }
    amqp_exchange_delete(connection, CHANNEL, amqp_cstring_bytes(EXCHANGE), 0);
    check_reply(amqp_get_rpc_reply(connection), "deleting the exchange");
}

void prepare(amqp_connection_state_t connection, const char *queue_type, uint64_t count) {
    remove_all(connection);
    declare_exchange(connection);
    declare_queue(connection, QUEUE, queue_type, "bench.#");
    if (count > 0) fill(connection, count);
}

void fill(amqp_connection_state_t connection, uint64_t count) {
    select_confirms(connection);
    window_t window = new_window(WINDOW);
    publish_batched(connection, &window, count);
}

void prepare_chain(amqp_connection_state_t connection, const char *queue_type) {
    remove_all(connection);
    declare_exchange(connection);
    declare_queue(connection, "chain.inventory", queue_type, "order.created");
    declare_queue(connection, "chain.shipping", queue_type, "inventory.updated");
    declare_queue(connection, "chain.notify", queue_type, "shipping.started");
}

static void print_property(const amqp_table_t *properties, const char *name) {
    for (int each = 0; each < properties->num_entries; each++) {
        const amqp_table_entry_t *entry = &properties->entries[each];
        if (entry->value.kind != AMQP_FIELD_KIND_UTF8 || entry->key.len != strlen(name)) continue;
        if (memcmp(entry->key.bytes, name, entry->key.len) != 0) continue;
        printf("%.*s ", (int)entry->value.value.bytes.len, (char *)entry->value.value.bytes.bytes);
    }
}

void describe(amqp_connection_state_t connection) {
    amqp_table_t *properties = amqp_get_server_properties(connection);
    print_property(properties, "product");
    print_property(properties, "version");
    printf("\nlibrabbitmq %s\n", amqp_version());
}
