// What the parts of the chain share: order -> inventory -> shipping -> notify, a process each.
#pragma once

#include <sqlite3.h>
#include <stdbool.h>

#include "raw.h"

enum { EVENT_ROOM = 1024, UUID_ROOM = 37, PREFETCH = 64 };

// chain_event.c: CloudEvents as JSON

typedef struct {
    char id[UUID_ROOM];
    char body[EVENT_ROOM];
    size_t length;
} event_t;

event_t order_event(uint64_t placed_ns);                        // `order.created`
event_t next_event(amqp_bytes_t event, const char *role, const char *key);  // what follows one, with its data
amqp_bytes_t field(amqp_bytes_t event, const char *name);      // its value, without quotes

// chain_store.c: a role's SQLite file

typedef struct {
    sqlite3 *database;
    sqlite3_stmt *begin, *commit, *take_in, *apply;
} store_t;

// `change` is the one statement of the role; its parameters are named after the event's fields.
store_t open_store(const char *schema, const char *change);
void apply(store_t *store, amqp_bytes_t event);                          // a transaction
bool apply_once(store_t *store, amqp_bytes_t id, amqp_bytes_t event);    // false: the inbox knew the message
void close_store(store_t *store);
