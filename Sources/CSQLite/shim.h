#ifndef AMQPBRIDGE_CSQLITE_SHIM_H
#define AMQPBRIDGE_CSQLITE_SHIM_H

#include <sqlite3.h>

// Swift cannot call variadic functions.

static inline int csqlite_count_memory(int yes) {
    return sqlite3_config(SQLITE_CONFIG_MEMSTATUS, yes);
}

#endif
