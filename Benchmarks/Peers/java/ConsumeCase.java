import java.util.concurrent.CountDownLatch;

/** A callback and an acknowledgement a message. */
final class ConsumeCase {
    static Measured consume(int count) throws Exception {
        var channel = Broker.openChannel();
        channel.basicQos(Broker.WINDOW);
        var left = new CountDownLatch(count);
        return Measured.measure(new long[0], () -> {
            Broker.consume(channel, left, body -> {});
            left.await();
        });
    }
}
