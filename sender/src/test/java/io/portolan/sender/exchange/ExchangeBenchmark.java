package io.portolan.sender.exchange;

import io.portolan.core.policy.Timeouts;
import io.portolan.sender.exchange.Capabilities.Extension;
import io.portolan.sender.feedback.CpuTime;
import io.portolan.sender.wire.DeadlineWatch;
import io.portolan.sender.wire.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What it costs to offer one message, small and large, without a network, each next envelope behind
 * the dot. Run by {@code org.openjdk.jmh.Main ExchangeBenchmark} on the test class path.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 2)
@Measurement(iterations = 5, time = 2)
public class ExchangeBenchmark {
  private static final String LINE =
      "The chart of spring shows each harbour, its depths, its lights, tides.\r\n";
  private static final byte[] HEADER =
      ("Subject: the chart\r\n" + "X-Field: of a usual message's header\r\n".repeat(30) + "\r\n")
          .getBytes(StandardCharsets.US_ASCII);
  private static final Envelope ENVELOPE =
      new Envelope("b+1@sender.test", "anna@healthy.test", "abc");

  private final DeadlineWatch watch = new DeadlineWatch();

  /** Of the body, which all messages share: 2.6 KB and 109 KB with the header. */
  @Param({"20", "1500"})
  private int lines;

  private final Exchange exchange = exchange();
  private Lines body = Lines.of(new byte[0]);
  private Mail next = mail();

  @Setup
  public void write() {
    body = Lines.of(LINE.repeat(lines).getBytes(StandardCharsets.US_ASCII));
    next = mail();
  }

  @TearDown
  public void close() {
    watch.close();
  }

  @Benchmark
  public Transaction offer(CpuTime cpu) {
    cpu.add(1);
    Mail mail = next;
    next = mail();
    return exchange.offer(mail, Optional.of(next));
  }

  private Exchange exchange() {
    try {
      return new Exchange(
          new Wire(new Taking(), watch),
          Timeouts.DEFAULT,
          new Capabilities(
              "mx.test", Set.of(Extension.PIPELINING, Extension.SIZE, Extension.DSN), 1 << 30));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** With a header of its own, as each message has. */
  private Mail mail() {
    return new Mail(ENVELOPE, Content.of(Lines.of(HEADER.clone()), List.of(body)));
  }

  /** A peer that takes everything at once. */
  private static final class Taking extends Socket {
    private static final byte[] REPLIES =
        "250 mail\r\n250 rcpt\r\n354 go\r\n250 taken\r\n".getBytes(StandardCharsets.US_ASCII);

    @Override
    public InputStream getInputStream() {
      return new InputStream() {
        private int position;

        @Override
        public int read() {
          return REPLIES[position++ % REPLIES.length];
        }

        @Override
        public int read(byte[] target, int start, int length) {
          int from = position % REPLIES.length;
          int count = Math.min(length, REPLIES.length - from);
          System.arraycopy(REPLIES, from, target, start, count);
          position = from + count;
          return count;
        }
      };
    }

    @Override
    public OutputStream getOutputStream() {
      return OutputStream.nullOutputStream();
    }
  }
}
