#ifndef AMQPBRIDGE_PREFETCH_H
#define AMQPBRIDGE_PREFETCH_H

// Not rabbitmq-c's; Swift has no such instruction. Harmless for any address.
static inline void prefetch_for_writing(const void *address) { __builtin_prefetch(address, 1); }

#endif
