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

// Not rabbitmq-c's; Swift has no such instruction. Harmless for any address.
static inline void crabbitmq_prefetch(const void *address) { __builtin_prefetch(address, 1); }

#endif
