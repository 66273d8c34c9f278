package io.portolan.sender.message;

import static io.portolan.sender.message.Fixture.composer;
import static io.portolan.sender.message.Fixture.content;
import static io.portolan.sender.message.Fixture.delivery;
import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.sender.message.MessageRoom.Held;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/**
 * Messages of nearly a megabyte that vary as a whole, of 150 sessions that wait for one slow line,
 * in a JVM whose heap would not hold a third of them.
 */
class SmallHeapTest {
  private static final int SESSIONS = 150;
  private static final int MESSAGES = 2;

  @Test
  void largeMessagesOfManySessionsDoNotExhaustIt() throws Exception {
    assertThat(run("bounded")).isEqualTo("sent 300");
  }

  @Test
  void withoutABoundTheyWould() throws Exception {
    assertThat(run("unbounded")).contains("OutOfMemoryError");
  }

  private static String run(String room) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder(
                ProcessHandle.current().info().command().orElseThrow(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:+ExitOnOutOfMemoryError",
                "-cp",
                System.getProperty("java.class.path"),
                SmallHeapTest.class.getName(),
                room)
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return said.lines().reduce((_, last) -> last).orElse("");
  }

  /** The process itself: whether its room is bounded. */
  public static void main(String[] arguments) throws Exception {
    int messages = 2 * SESSIONS;
    MessageRoom room =
        arguments[0].equals("bounded")
            ? MessageRoom.ofHeap(messages)
            : new MessageRoom(Long.MAX_VALUE, 1, Duration.ZERO);
    CampaignMessage campaign =
        composer()
            .campaign(
                1, content("Hi", "<p>" + "chart of spring ".repeat(60_000) + "{{name}}", "x"));
    Line line = new Line();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<? extends Future<?>> sessions =
          IntStream.range(0, SESSIONS)
              .mapToObj(_ -> threads.submit(() -> session(room, campaign, line)))
              .toList();
      Eventually.value(
          "sessions with a message or in want of room",
          () -> line.open.getQueueLength() + room.waiting(),
          count -> count == SESSIONS);
      line.open.release();
      for (Future<?> each : sessions) {
        each.get();
      }
    }
    System.out.println("sent " + line.sent);
  }

  /** Takes one message at a time. */
  private static final class Line {
    private final Semaphore open = new Semaphore(0);
    private int sent;

    void send(ComposedMessage message) throws InterruptedException {
      open.acquire();
      sent += message.bytes().length > 0 ? 1 : 0;
      open.release();
    }
  }

  private static Void session(MessageRoom room, CampaignMessage campaign, Line line)
      throws InterruptedException {
    Optional<Held> ahead = Optional.empty();
    for (int i = 0; i < MESSAGES; i++) {
      Optional<Held> now = ahead.isPresent() ? ahead : waited(room, campaign);
      ahead = Optional.empty();
      try (Held held = now.orElseThrow()) {
        if (i + 1 < MESSAGES) {
          ahead = room.compose(campaign, delivery(Map.of("name", "Anna")));
        }
        line.send(held.message());
      }
    }
    return null;
  }

  /** As often as a delivery is held and comes back. */
  private static Optional<Held> waited(MessageRoom room, CampaignMessage campaign)
      throws InterruptedException {
    Optional<Held> held = Optional.empty();
    while (held.isEmpty()) {
      held = room.compose(campaign, delivery(Map.of("name", "Anna")), () -> true);
    }
    return held;
  }
}
