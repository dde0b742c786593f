#ifndef AMQPBRIDGE_CRABBITMQ_SHIM_H
#define AMQPBRIDGE_CRABBITMQ_SHIM_H

// rabbitmq-c moved its headers into rabbitmq-c/ in 0.12; Debian 12 ships 0.11.
#if __has_include(<rabbitmq-c/amqp.h>)
#include <rabbitmq-c/amqp.h>
#include <rabbitmq-c/framing.h>
#include <rabbitmq-c/tcp_socket.h>
#else
#include <amqp.h>
#include <amqp_framing.h>
#include <amqp_tcp_socket.h>
#endif

// Swift cannot call variadic functions. This is the library's variadic login with the one mechanism we use:
// SASL PLAIN takes a user name and a password. `properties` is merged over the library's own client properties.
static inline amqp_rpc_reply_t crabbitmq_login_plain(
    amqp_connection_state_t state, char const *vhost, int channel_max, int frame_max, int heartbeat,
    const amqp_table_t *properties, char const *user, char const *password) {
    return amqp_login_with_properties(
        state, vhost, channel_max, frame_max, heartbeat, properties, AMQP_SASL_METHOD_PLAIN, user, password);
}

#endif
