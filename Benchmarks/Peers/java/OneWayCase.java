import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.locks.LockSupport;

/** The main thread sends at a steady pace, confirmed, and the client's receives, each with a connection of its own. */
final class OneWayCase {
    private static final long PACE_NANOSECONDS = 1_000_000;

    static Measured oneWay(int count) throws Exception {
        var confirms = new Confirms(Broker.openChannel());
        var receiving = Broker.openChannel();
        receiving.basicQos(Broker.WINDOW);
        var latencies = new long[count];
        var left = new CountDownLatch(count);
        Broker.consume(receiving, left, body -> {
            // Deliveries of one channel are handled one after the other.
            int index = count - (int) left.getCount();
            latencies[index] = System.nanoTime() - ByteBuffer.wrap(body).getLong();
        });
        return Measured.measure(latencies, () -> {
            sendPaced(confirms, count);
            left.await();
        });
    }

    /** After a delay it catches up. */
    private static void sendPaced(Confirms confirms, int count) throws IOException {
        byte[] body = Broker.newBody();
        long start = System.nanoTime();
        for (int number = 0; number < count; number++) {
            long due = start + number * PACE_NANOSECONDS;
            while (System.nanoTime() < due) LockSupport.parkNanos(due - System.nanoTime());
            confirms.awaitRoom();
            ByteBuffer.wrap(body).putLong(System.nanoTime());
            confirms.publish(number, body);
        }
        confirms.awaitAll();
    }
}
