import com.rabbitmq.client.Channel;
import java.io.IOException;
import java.util.NavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.Semaphore;

/** What is unconfirmed, in a sorted map as the client's tutorial has it, and a semaphore that holds the sender up. */
final class Confirms {
    private final NavigableMap<Long, Integer> unconfirmed = new ConcurrentSkipListMap<>();
    private final Semaphore room = new Semaphore(Broker.WINDOW);
    private final Channel channel;

    Confirms(Channel channel) throws IOException {
        this.channel = channel;
        channel.confirmSelect();
        channel.addConfirmListener(this::confirmed, (tag, multiple) -> Peer.fail("the broker refused a message"));
        channel.addReturnListener(returned -> Peer.fail("the broker returned a message: no queue"));
    }

    void awaitRoom() {
        room.acquireUninterruptibly();
    }

    void publish(int number, byte[] body) throws IOException {
        unconfirmed.put(channel.getNextPublishSeqNo(), number);
        Broker.publish(channel, number, body);
    }

    void awaitAll() {
        room.acquireUninterruptibly(Broker.WINDOW);
        room.release(Broker.WINDOW);
    }

    private void confirmed(long tag, boolean multiple) {
        var these = multiple ? unconfirmed.headMap(tag, true) : unconfirmed.subMap(tag, true, tag, true);
        int count = these.size();
        these.clear();
        room.release(count);
    }
}
