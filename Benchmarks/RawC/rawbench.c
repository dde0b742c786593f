// The baseline: what a plain loop on librabbitmq costs, written as its manual suggests. One call a message, one ack a
// delivery, no batching of our own: `who` is "C". The same work, messages and window as Benchmarks/BridgeBench. Beside it,
// as "C batched", what C reaches when it gathers frames or acks.
//
//   rawbench publish|publish-batch|publish-one|publish-flood|consume|consume-batch|one-way COUNT
//   rawbench chain order|inventory|shipping|notify COUNT RATE
//   rawbench prepare quorum|classic COUNT   exchange and queue anew, COUNT messages in the queue
//   rawbench fill COUNT                     COUNT messages more
//   rawbench prepare-chain quorum|classic   exchange and the chain's queues anew
//   rawbench remove                         deletes exchange and queues
//   rawbench describe                       the broker's version, the library's
//
// The broker is AMQP_URL. A case prints one line of JSON, and its latencies into the file LATENCIES names.
#include <string.h>

#include "raw.h"

static const struct {
    const char *name;
    void (*measure)(uint64_t count);
} CASES[] = {
    {"publish", measure_publish},         {"publish-batch", measure_publish_batched},
    {"publish-one", measure_publish_one}, {"publish-flood", measure_flood},
    {"consume", measure_consume},         {"consume-batch", measure_consume_batched},
    {"one-way", measure_one_way},
};

static uint64_t number(const char *text) {
    char *end;
    unsigned long long value = strtoull(text, &end, 10);
    if (*text < '0' || *text > '9' || *end != '\0') fail("'%s' is not a number", text);
    return value;
}

static uint64_t count_of(const char *text) {
    uint64_t count = number(text);
    if (count == 0) fail("COUNT is 1 or more");
    return count;
}

int main(int argc, char **argv) {
    const char *what = argc > 1 ? argv[1] : "";
    for (size_t each = 0; argc == 3 && each < sizeof CASES / sizeof *CASES; each++) {
        if (strcmp(what, CASES[each].name) != 0) continue;
        CASES[each].measure(count_of(argv[2]));
        return 0;
    }
    if (!strcmp(what, "chain") && argc == 5) {
        run_role(argv[2], count_of(argv[3]), number(argv[4]));
        return 0;
    }
    amqp_connection_state_t connection;
    if (!strcmp(what, "prepare") && argc == 4) {
        connection = connect_to_broker(0);
        prepare(connection, argv[2], number(argv[3]));
    } else if (!strcmp(what, "fill") && argc == 3) {
        connection = connect_to_broker(0);
        fill(connection, count_of(argv[2]));
    } else if (!strcmp(what, "prepare-chain") && argc == 3) {
        connection = connect_to_broker(0);
        prepare_chain(connection, argv[2]);
    } else if (!strcmp(what, "remove") && argc == 2) {
        connection = connect_to_broker(0);
        remove_all(connection);
    } else if (!strcmp(what, "describe") && argc == 2) {
        connection = connect_to_broker(0);
        describe(connection);
    } else {
        fail("usage: see the top of rawbench.c");
    }
    disconnect(connection);
}
