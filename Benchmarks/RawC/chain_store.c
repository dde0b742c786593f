// What a role keeps: a table of its own and, in the same transaction, the ids of the messages it has taken in.
#include "chain.h"

static void check_sqlite(int status, store_t *store, const char *what) {
    if (status != SQLITE_OK && status != SQLITE_DONE) fail("%s: %s", what, sqlite3_errmsg(store->database));
}

static void execute(store_t *store, const char *sql) {
    check_sqlite(sqlite3_exec(store->database, sql, NULL, NULL, NULL), store, sql);
}

static sqlite3_stmt *prepare_statement(store_t *store, const char *sql) {
    sqlite3_stmt *statement;
    check_sqlite(sqlite3_prepare_v3(store->database, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, NULL), store, sql);
    return statement;
}

store_t open_store(const char *schema, const char *change) {
    const char *path = getenv("DATABASE");
    if (path == NULL) fail("set DATABASE");
    store_t store;
    check_sqlite(sqlite3_open(path, &store.database), &store, path);
    execute(&store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
                    "CREATE TABLE inbox (message_id TEXT PRIMARY KEY);");
    execute(&store, schema);
    store.begin = prepare_statement(&store, "BEGIN IMMEDIATE");
    store.commit = prepare_statement(&store, "COMMIT");
    store.take_in = prepare_statement(&store, "INSERT OR IGNORE INTO inbox VALUES (?)");
    store.apply = prepare_statement(&store, change);
    return store;
}

static void run(store_t *store, sqlite3_stmt *statement) {
    check_sqlite(sqlite3_step(statement), store, sqlite3_sql(statement));
    sqlite3_reset(statement);
}

static void bind(store_t *store, sqlite3_stmt *statement, int index, amqp_bytes_t text) {
    check_sqlite(sqlite3_bind_text(statement, index, text.bytes, (int)text.len, SQLITE_STATIC), store, "binding");
}

// The columns' types make numbers of the texts that are some.
static void change(store_t *store, amqp_bytes_t event) {
    for (int each = sqlite3_bind_parameter_count(store->apply); each > 0; each--) {
        const char *name = sqlite3_bind_parameter_name(store->apply, each) + 1;  // behind its colon
        bind(store, store->apply, each, field(event, name));
    }
    run(store, store->apply);
}

void apply(store_t *store, amqp_bytes_t event) {
    run(store, store->begin);
    change(store, event);
    run(store, store->commit);
}

bool apply_once(store_t *store, amqp_bytes_t id, amqp_bytes_t event) {
    run(store, store->begin);
    bind(store, store->take_in, 1, id);
    run(store, store->take_in);
    bool is_new = sqlite3_changes(store->database) == 1;
    if (is_new) change(store, event);
    run(store, store->commit);
    return is_new;
}

void close_store(store_t *store) {
    sqlite3_stmt *all[] = {store->begin, store->commit, store->take_in, store->apply};
    for (size_t each = 0; each < sizeof all / sizeof *all; each++) sqlite3_finalize(all[each]);
    sqlite3_close(store->database);
}
