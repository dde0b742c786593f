import com.sun.management.OperatingSystemMXBean;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Time and processor time of all threads (the compiler's and the collector's too; in steps of 10 ms), and latencies of
 * single messages.
 */
final class Measured {
    interface Work {
        void run() throws Exception;
    }

    private final long nanoseconds;
    private final long cpuNanoseconds;
    private final long[] latencies;

    private Measured(long nanoseconds, long cpuNanoseconds, long[] latencies) {
        this.nanoseconds = nanoseconds;
        this.cpuNanoseconds = cpuNanoseconds;
        this.latencies = latencies;
    }

    /** Latencies: what the work fills in, if anything. */
    static Measured measure(long[] latencies, Work work) throws Exception {
        var process = (OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean();
        long start = System.nanoTime();
        long used = process.getProcessCpuTime();
        work.run();
        return new Measured(System.nanoTime() - start, process.getProcessCpuTime() - used, latencies);
    }

    String line(String name, int count) throws IOException {
        return String.format(Locale.ROOT,
                "{\"case\":\"%s\",\"who\":\"Java\",\"msgs\":%d,\"msgs_per_s\":%.0f,\"cpu_us_per_msg\":%.3f,\"rss_mb\":%.1f}",
                name, count, count * 1e9 / nanoseconds, cpuNanoseconds / 1e3 / count, peakMegabytes());
    }

    void writeLatencies() throws IOException {
        String path = System.getenv("LATENCIES");
        if (path == null || latencies.length == 0) return;
        try (var file = new PrintWriter(path)) {
            for (long latency : latencies) file.println(latency);
            if (file.checkError()) throw new IOException("cannot write " + path);
        }
    }

    /** The peak of the resident set. */
    private static double peakMegabytes() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/status"))) {
            if (line.startsWith("VmHWM:")) return Long.parseLong(line.replaceAll("\\D", "")) / 1024.0;
        }
        throw new IOException("/proc/self/status has no VmHWM");
    }
}
