/** Confirmed, a window of messages in flight, or one. */
final class PublishCases {
    static Measured publish(int count) throws Exception {
        var confirms = new Confirms(Broker.openChannel());
        byte[] body = Broker.newBody();
        return Measured.measure(new long[0], () -> {
            for (int number = 0; number < count; number++) {
                confirms.awaitRoom();
                confirms.publish(number, body);
            }
            confirms.awaitAll();
        });
    }

    static Measured publishOne(int count) throws Exception {
        var channel = Broker.openChannel();
        channel.confirmSelect();
        channel.addReturnListener(returned -> Peer.fail("the broker returned a message: no queue"));
        byte[] body = Broker.newBody();
        var latencies = new long[count];
        return Measured.measure(latencies, () -> {
            for (int number = 0; number < count; number++) {
                long begin = System.nanoTime();
                Broker.publish(channel, number, body);
                channel.waitForConfirmsOrDie();
                latencies[number] = System.nanoTime() - begin;
            }
        });
    }
}
