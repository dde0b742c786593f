import java.util.Map;
import java.util.Timer;
import java.util.TimerTask;

/** The cases on the Java client: CASE COUNT, the broker in AMQP_URL; Benchmarks/README.md says what is printed. */
final class Peer {
    private static final int LIMIT_SECONDS = 300;

    interface Case {
        Measured run(int count) throws Exception;
    }

    private static final Map<String, Case> CASES = Map.of(
            "publish", PublishCases::publish,
            "publish-one", PublishCases::publishOne,
            "consume", ConsumeCase::consume,
            "one-way", OneWayCase::oneWay);

    public static void main(String[] words) {
        if (words.length != 2 || !CASES.containsKey(words[0]) || !words[1].matches("[1-9][0-9]{0,8}")) {
            fail("usage: publish|publish-one|consume|one-way COUNT");
        }
        if (System.getenv("AMQP_URL") == null) fail("set AMQP_URL");
        endInTime();
        try {
            int count = Integer.parseInt(words[1]);
            Measured measured = CASES.get(words[0]).run(count);
            System.out.println(measured.line(words[0], count));
            measured.writeLatencies();
        } catch (Exception error) {
            // The client wraps what the broker said.
            fail((error.getCause() == null ? error : error.getCause()).toString());
        }
        System.exit(0);
    }

    /** Ends the process from whichever thread: the client's own would only log what is thrown there. */
    static void fail(String why) {
        System.err.println(why);
        Runtime.getRuntime().halt(1);
    }

    /** Nothing here waits for good. */
    private static void endInTime() {
        new Timer(true).schedule(new TimerTask() {
            @Override
            public void run() {
                fail("no result after " + LIMIT_SECONDS + " s");
            }
        }, LIMIT_SECONDS * 1000L);
    }
}
