package io.portolan.api.sink;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;

/**
 * An SMTP server on a port of the loopback, in a process of its own: takes every message, keeps
 * none and counts them. Not thread-safe.
 */
public interface Sink extends AutoCloseable {
  /** Where to send to, through the delay if there is one. */
  int port();

  /** Where the same sink takes messages without delay. */
  int directPort();

  /** Whose CPU time is the sink's. */
  ProcessHandle process();

  /** Messages taken since the start. */
  long messages() throws IOException;

  /**
   * Breaches of SMTP since the start, by what was breached; empty for a sink that does not look.
   */
  Map<String, Long> breaches() throws IOException;

  /** Ends its processes. */
  @Override
  void close();

  /**
   * Starts a sink.
   *
   * @param roundTrip that every octet's way there and an answer's way back take together beyond
   *     what they take by themselves; zero for no delay
   * @param directory for what it writes
   * @throws BenchException if it is not installed or does not start
   */
  static Sink start(SinkKind kind, Duration roundTrip, Path directory)
      throws IOException, InterruptedException {
    return switch (kind) {
      case INTERNAL -> OwnSink.start(roundTrip);
      case SMTP_SINK -> {
        Sink sink = PostfixSink.start(directory);
        yield roundTrip.isZero() ? sink : delayed(sink, roundTrip);
      }
    };
  }

  private static Sink delayed(Sink sink, Duration roundTrip) throws IOException {
    try {
      return new DelayedSink(sink, OwnSink.inFrontOf(sink.port(), roundTrip));
    } catch (IOException | RuntimeException e) {
      sink.close();
      throw e;
    }
  }
}
