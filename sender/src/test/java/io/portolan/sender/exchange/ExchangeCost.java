package io.portolan.sender.exchange;

import io.portolan.core.policy.Timeouts;
import io.portolan.sender.exchange.Capabilities.Extension;
import io.portolan.sender.wire.DeadlineWatch;
import io.portolan.sender.wire.Wire;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.lang.management.ManagementFactory;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * What it costs to offer one message, in CPU time of the thread and without a network, small and
 * large, each next envelope behind the dot: a plain loop, for a machine that is too busy for
 * clocks. The first round is the JVM's warm-up.
 */
final class ExchangeCost {
  private static final String LINE =
      "The chart of spring shows each harbour, its depths, its lights, tides.\r\n";
  private static final byte[] HEADER =
      ("Subject: the chart\r\n" + "X-Field: of a usual message's header\r\n".repeat(30) + "\r\n")
          .getBytes(StandardCharsets.US_ASCII);

  private ExchangeCost() {}

  public static void main(String[] args) throws IOException {
    for (int round = 0; round < 3; round++) {
      measure("small", 20, 200_000);
      measure("large", 1_500, 20_000);
    }
  }

  private static void measure(String size, int lines, int messages) throws IOException {
    byte[] body = LINE.repeat(lines).getBytes(StandardCharsets.US_ASCII);
    Lines shared = Lines.of(body);
    Envelope envelope = new Envelope("b+1@sender.test", "anna@healthy.test", "abc");
    try (DeadlineWatch watch = new DeadlineWatch();
        Socket peer = new Taking()) {
      Exchange exchange =
          new Exchange(
              new Wire(peer, watch),
              Timeouts.DEFAULT,
              new Capabilities(
                  "mx.test", Set.of(Extension.PIPELINING, Extension.SIZE, Extension.DSN), 1 << 30));
      long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      Optional<Mail> mail = Optional.of(mail(envelope, shared));
      for (int i = 0; i < messages; i++) {
        Optional<Mail> next = Optional.of(mail(envelope, shared));
        exchange.offer(mail.orElseThrow(), next);
        mail = next;
      }
      long end = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
      System.out.printf(
          "%s (%d octets): %.2f µs%n",
          size, HEADER.length + body.length, (end - start) / 1_000.0 / messages);
    }
  }

  /** With a header of its own, as each message has. */
  private static Mail mail(Envelope envelope, Lines body) {
    return new Mail(envelope, Content.of(Lines.of(HEADER.clone()), List.of(body)));
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
