import com.rabbitmq.client.AMQP;
import com.rabbitmq.client.Channel;
import com.rabbitmq.client.ConnectionFactory;
import com.rabbitmq.client.Delivery;
import java.io.IOException;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;

/** The broker, and what every case sends to it and takes from it. */
final class Broker {
    static final int WINDOW = 256;
    private static final int BODY_SIZE = 512;
    private static final int PERSISTENT = 2;

    interface Handler {
        void handle(byte[] body) throws IOException;
    }

    static Channel openChannel() throws Exception {
        var factory = new ConnectionFactory();
        factory.setUri(System.getenv("AMQP_URL"));
        Channel channel = factory.newConnection().createChannel();
        channel.addShutdownListener(cause -> Peer.fail(cause.getMessage()));
        return channel;
    }

    static byte[] newBody() {
        var body = new byte[BODY_SIZE];
        Arrays.fill(body, (byte) 'x');
        return body;
    }

    static void publish(Channel channel, int number, byte[] body) throws IOException {
        var properties = new AMQP.BasicProperties.Builder()
                .contentType("text/plain")
                .deliveryMode(PERSISTENT)
                .messageId(Integer.toString(number))
                .build();
        channel.basicPublish("bench.events", "bench.message", true, properties, body);
    }

    /** Every delivery is handled and acknowledged, and then counted. */
    static void consume(Channel channel, CountDownLatch left, Handler handler) throws IOException {
        channel.basicConsume("bench.in", false, (tag, delivery) -> {
            handler.handle(checked(delivery));
            channel.basicAck(delivery.getEnvelope().getDeliveryTag(), false);
            left.countDown();
        }, tag -> Peer.fail("the broker ended the consumer"));
    }

    private static byte[] checked(Delivery delivery) throws IOException {
        byte[] body = delivery.getBody();
        if (body.length != BODY_SIZE) throw new IOException("received " + body.length + " bytes");
        return body;
    }
}
