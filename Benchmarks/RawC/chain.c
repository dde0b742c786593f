// The chain: each role is a process with a connection and a SQLite file of its own. It is pipelined: while confirms are
// outstanding it goes on to the next delivery, and it acks a delivery when what it published for it is confirmed. State
// and publishing are not atomic: a crash between commit and confirm loses the event, since the inbox knows the message.
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"

enum { START_POLL_US = 5000 };

typedef struct {
    const char *name, *schema, *change, *queue, *key;  // no queue: it begins the chain; no key: it ends it
} role_t;

static const role_t ROLES[] = {
    {"order",
     "CREATE TABLE orders (order_id TEXT PRIMARY KEY, sku TEXT, quantity INTEGER, name TEXT, ship_to TEXT)",
     "INSERT INTO orders VALUES (:order_id, :sku, :quantity, :name, :ship_to)", NULL, "order.created"},
    {"inventory",
     "CREATE TABLE stock (sku TEXT PRIMARY KEY, quantity INTEGER); INSERT INTO stock VALUES ('MUG', 1000000000)",
     "UPDATE stock SET quantity = quantity - :quantity WHERE sku = :sku", "chain.inventory", "inventory.updated"},
    {"shipping", "CREATE TABLE shipments (order_id TEXT PRIMARY KEY, ship_to TEXT)",
     "INSERT INTO shipments VALUES (:order_id, :ship_to)", "chain.shipping", "shipping.started"},
    {"notify", "CREATE TABLE notifications (order_id TEXT PRIMARY KEY, email TEXT)",
     "INSERT INTO notifications VALUES (:order_id, :email)", "chain.notify", NULL},
};

typedef struct {
    const role_t *role;
    store_t store;
    amqp_connection_state_t connection;
    window_t window;
    uint64_t deliveries[PREFETCH], acked;  // whose delivery a publishing followed; up to which publishing they are acked
} service_t;

static const char *path_in(const char *variable) {
    const char *path = getenv(variable);
    if (path == NULL) fail("set %s", variable);
    return path;
}

static void say_ready(void) {
    const char *path = path_in("READY");
    FILE *file = fopen(path, "w");
    if (file == NULL || fclose(file) != 0) fail("cannot write %s", path);
}

static void publish_event(service_t *service, const event_t *event) {
    amqp_basic_properties_t properties = bench_properties();
    properties.content_type = amqp_cstring_bytes("application/cloudevents+json");
    properties.message_id = amqp_cstring_bytes(event->id);
    opened(&service->window);
    check(amqp_basic_publish(service->connection, CHANNEL, amqp_cstring_bytes(EXCHANGE),
                             amqp_cstring_bytes(service->role->key), 1, 0, &properties,
                             (amqp_bytes_t){.len = event->length, .bytes = (void *)event->body}),
          "publishing");
}

static void place_order(service_t *service) {
    event_t event = order_event(nanoseconds());
    apply(&service->store, (amqp_bytes_t){.len = event.length, .bytes = event.body});
    publish_event(service, &event);
}

static void place_orders(service_t *service, uint64_t count, uint64_t rate) {
    service->window = new_window(WINDOW);
    say_ready();
    const char *start = path_in("START");
    moment_t ready = now();
    while (access(start, F_OK) != 0) usleep(START_POLL_US);
    uint64_t begin = nanoseconds();
    for (uint64_t number = 0; number < count; number++) {
        if (rate > 0) {
            sleep_until(begin + number * 1000000000 / rate);
            take_confirms(service->connection, &service->window);
        }
        while (in_flight(&service->window) == WINDOW) await_confirm(service->connection, &service->window);
        place_order(service);
    }
    while (in_flight(&service->window) > 0) await_confirm(service->connection, &service->window);
    report_role(service->role->name, count, begin, ready);
}

static void ack(service_t *service, uint64_t delivery_tag) {
    check(amqp_basic_ack(service->connection, CHANNEL, delivery_tag, 0), "acknowledging");
}

static void ack_confirmed(service_t *service) {
    for (; service->acked < service->window.oldest; service->acked++) {
        ack(service, service->deliveries[service->acked % PREFETCH]);
    }
}

// False: it was there before.
static bool handle(service_t *service, const amqp_envelope_t *envelope, uint64_t *latency) {
    amqp_bytes_t body = envelope->message.body;
    if (!apply_once(&service->store, envelope->message.properties.message_id, body)) {
        ack(service, envelope->delivery_tag);
        return false;
    }
    if (service->role->key != NULL) {
        event_t next = next_event(body, service->role->name, service->role->key);
        service->deliveries[service->window.next % PREFETCH] = envelope->delivery_tag;
        publish_event(service, &next);
    } else {
        *latency = nanoseconds() - strtoull(field(body, "placed_ns").bytes, NULL, 10);
        ack(service, envelope->delivery_tag);
    }
    return true;
}

// False: no delivery, but a confirm is next.
static bool next_delivery(service_t *service, amqp_envelope_t *envelope) {
    amqp_maybe_release_buffers(service->connection);
    amqp_rpc_reply_t reply = amqp_consume_message(service->connection, envelope, NULL, 0);
    if (reply.reply_type == AMQP_RESPONSE_LIBRARY_EXCEPTION && reply.library_error == AMQP_STATUS_UNEXPECTED_STATE) {
        return false;
    }
    check_reply(reply, "waiting for a delivery");
    return true;
}

static void serve(service_t *service, uint64_t count) {
    service->window = new_window(PREFETCH);
    service->acked = service->window.oldest;
    uint64_t *latencies = allocate(count, sizeof *latencies), taken = 0;
    amqp_basic_qos(service->connection, CHANNEL, 0, PREFETCH, 0);
    check_reply(amqp_get_rpc_reply(service->connection), "setting the prefetch");
    start_consuming(service->connection, service->role->queue);
    say_ready();
    moment_t ready = now();
    uint64_t begin = nanoseconds();
    while (taken < count || in_flight(&service->window) > 0) {
        amqp_envelope_t envelope;
        if (next_delivery(service, &envelope)) {
            taken += handle(service, &envelope, &latencies[taken]);
            amqp_destroy_envelope(&envelope);
        } else {
            await_confirm(service->connection, &service->window);
            ack_confirmed(service);
        }
    }
    report_role(service->role->name, count, begin, ready);
    if (service->role->key == NULL) write_latencies(latencies, count);
}

void run_role(const char *name, uint64_t count, uint64_t rate) {
    const role_t *role = NULL;
    for (size_t each = 0; each < sizeof ROLES / sizeof *ROLES; each++) {
        if (strcmp(ROLES[each].name, name) == 0) role = &ROLES[each];
    }
    if (role == NULL) fail("'%s' is no role: order, inventory, shipping or notify", name);
    service_t service = {.role = role, .store = open_store(role->schema, role->change)};
    service.connection = connect_to_broker(10);
    select_confirms(service.connection);
    if (role->queue == NULL) {
        place_orders(&service, count, rate);
    } else {
        serve(&service, count);
    }
    disconnect(service.connection);
    close_store(&service.store);
}
