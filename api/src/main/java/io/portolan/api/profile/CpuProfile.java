package io.portolan.api.profile;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordedStackTrace;
import jdk.jfr.consumer.RecordingFile;

/**
 * A recording of this process by JFR: where its threads are whenever they have used another 10 ms
 * of CPU time (JEP 509, on Linux; elsewhere where running threads are every 10 ms). Not
 * thread-safe.
 */
public final class CpuProfile implements AutoCloseable {
  private static final String BY_CPU_TIME = "jdk.CPUTimeSample";
  private static final String BY_CLOCK = "jdk.ExecutionSample";
  private static final Duration PERIOD = Duration.ofMillis(10);
  private static final int HOTTEST = 10;

  private final Recording recording = new Recording();
  private final VmThreads vmThreads = new VmThreads();

  private CpuProfile() {
    if (VmThreads.isLinux()) {
      recording.enable(BY_CPU_TIME).with("throttle", PERIOD.toMillis() + "ms").withStackTrace();
    } else {
      recording.enable(BY_CLOCK).withPeriod(PERIOD).withStackTrace();
    }
    recording.start();
  }

  /** Begins. */
  public static CpuProfile start() {
    return new CpuProfile();
  }

  /**
   * A method on top of stacks, and of how large a part of the samples.
   *
   * @param share from 0 to 1
   */
  public record HotMethod(String method, double share) {}

  /**
   * What a recording came to.
   *
   * @param shares of the CPU time of threads that run Java, by work; their sum is 1, or 0 without
   *     samples
   * @param jvm CPU time of the JVM's own threads: compiling, collecting garbage
   * @param hottest the ten methods most often on top
   */
  public record Result(
      long samples, Map<Work, Double> shares, Duration jvm, List<HotMethod> hottest) {
    public Result {
      shares = Map.copyOf(shares);
      hottest = List.copyOf(hottest);
    }
  }

  /**
   * Ends the recording and reads it.
   *
   * @param file where it is written
   */
  public Result stop(Path file) throws IOException {
    Duration jvm = vmThreads.used();
    recording.stop();
    recording.dump(file);
    return read(file, jvm);
  }

  @Override
  public void close() {
    vmThreads.close();
    recording.close();
  }

  private static Result read(Path file, Duration jvm) throws IOException {
    Map<Work, Double> weights = new EnumMap<>(Work.class);
    Map<String, Long> onTop = new HashMap<>();
    long samples = 0;
    double all = 0;
    try (RecordingFile events = new RecordingFile(file)) {
      while (events.hasMoreEvents()) {
        RecordedEvent event = events.readEvent();
        RecordedStackTrace stack = event.getStackTrace();
        if (!isSample(event) || stack == null || stack.getFrames().isEmpty()) {
          continue;
        }
        List<RecordedFrame> frames = stack.getFrames();
        Work work = Work.of(frames.stream().map(CpuProfile::className).toList());
        double weight = weight(event);
        weights.merge(work, weight, Double::sum);
        RecordedFrame top = frames.getFirst();
        onTop.merge(className(top) + "." + top.getMethod().getName(), 1L, Long::sum);
        samples++;
        all += weight;
      }
    }
    double whole = all;
    weights.replaceAll((_, weight) -> weight / whole);
    return new Result(samples, weights, jvm, hottest(onTop, samples));
  }

  private static List<HotMethod> hottest(Map<String, Long> onTop, long samples) {
    return onTop.entrySet().stream()
        .sorted(
            Map.Entry.<String, Long>comparingByValue(Comparator.reverseOrder())
                .thenComparing(Map.Entry.comparingByKey()))
        .limit(HOTTEST)
        .map(entry -> new HotMethod(entry.getKey(), (double) entry.getValue() / samples))
        .toList();
  }

  private static boolean isSample(RecordedEvent event) {
    String name = event.getEventType().getName();
    return name.equals(BY_CPU_TIME) || name.equals(BY_CLOCK);
  }

  /** The CPU time that a sample stands for: the JVM samples less often where threads are many. */
  private static double weight(RecordedEvent event) {
    return event.hasField("samplingPeriod")
        ? event.getDuration("samplingPeriod").toNanos()
        : PERIOD.toNanos();
  }

  private static String className(RecordedFrame frame) {
    return frame.getMethod().getType().getName();
  }
}
