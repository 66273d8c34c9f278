package io.portolan.core.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.TestClock;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.path.Allowances.Taken;
import io.portolan.core.policy.PolicyPath.Cap;
import io.portolan.core.policy.PolicyPath.Span;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class AllowancesTest {
  private static final String NAME = "gmail ses:587";
  private static final Cap CAP = new Cap(500, Span.HOUR);

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private final TestClock clock = TestClock.create();

  @Test
  void givesAllNodesTogetherNoMoreThanTheCap() throws Exception {
    List<Callable<Integer>> nodes = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Allowances node = node();
      nodes.add(() -> takeAll(node, CAP));
    }
    int sum = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Integer> taken : threads.invokeAll(nodes)) {
        sum += taken.get();
      }
    }

    assertThat(sum).isEqualTo(500);
    assertThat(node().take(NAME, CAP)).isEmpty();
  }

  @Test
  void takesOneStatementABlock() {
    Counting blocks = new Counting(new AllowanceStore(database.database()));

    int taken = takeAll(new Allowances(blocks, clock), CAP);

    assertThat(taken).isEqualTo(500);
    assertThat(blocks.statements).as("20 blocks of 25, and the one that finds none").isEqualTo(21);
  }

  @Test
  void beginsAnewWithTheNextSpan() {
    Allowances node = node();
    takeAll(node, CAP);
    Instant end = node.reachedUntil(NAME, CAP).orElseThrow();

    clock.advance(Duration.between(clock.instant(), end).minusSeconds(1));
    assertThat(node.take(NAME, CAP)).isEmpty();
    clock.advance(Duration.ofSeconds(1));

    assertThat(node.reachedUntil(NAME, CAP)).isEmpty();
    assertThat(takeAll(node, CAP)).isEqualTo(500);
  }

  @Test
  void takesALowerCapAtOnce() {
    Allowances node = node();
    for (int i = 0; i < 30; i++) {
      assertThat(node.take(NAME, CAP)).isPresent();
    }

    assertThat(takeAll(node, new Cap(40, Span.HOUR))).as("two blocks of 25 are gone").isZero();
    assertThat(takeAll(node, new Cap(60, Span.HOUR))).isEqualTo(10);
  }

  @Test
  void takesBackWhatWasNotUsedWithinItsSpanAlone() {
    Allowances node = node();
    Taken taken = node.take(NAME, CAP).orElseThrow();
    takeAll(node, CAP);

    node.giveBack(taken);

    assertThat(node.reachedUntil(NAME, CAP)).isEmpty();
    assertThat(takeAll(node, CAP)).isOne();
    clock.advance(Duration.ofHours(1));
    node.giveBack(taken);
    assertThat(takeAll(node, CAP)).as("the last span's is lost").isEqualTo(500);
    node.giveBack(taken);
    assertThat(takeAll(node, CAP)).as("it is none of the next, which has begun").isZero();
  }

  @Test
  void givesNothingToANodeWhoseClockIsBehind() {
    TestClock behind = TestClock.create();
    Allowances late = new Allowances(new AllowanceStore(database.database()), behind);
    clock.advance(Duration.ofHours(1));
    assertThat(node().take(NAME, CAP)).isPresent();

    assertThat(late.take(NAME, CAP)).isEmpty();
  }

  @Test
  void looksWithoutTaking() {
    Allowances node = node();
    assertThat(node.look(NAME, CAP)).isEmpty();
    takeAll(node, CAP);

    assertThat(node().look(NAME, CAP)).isEqualTo(node.reachedUntil(NAME, CAP)).isPresent();
  }

  private Allowances node() {
    return new Allowances(new AllowanceStore(database.database()), clock);
  }

  private static int takeAll(Allowances node, Cap cap) {
    int taken = 0;
    while (node.take(NAME, cap).isPresent()) {
      taken++;
    }
    return taken;
  }

  /** Counts what goes to the database. */
  private static final class Counting implements Allowances.Blocks {
    private final Allowances.Blocks store;
    private int statements;

    Counting(Allowances.Blocks store) {
      this.store = store;
    }

    @Override
    public int take(String name, Cap cap, Instant begins, int most) {
      statements++;
      return store.take(name, cap, begins, most);
    }

    @Override
    public int taken(String name, Cap cap, Instant begins) {
      return store.taken(name, cap, begins);
    }

    @Override
    public void expire(Instant oldest) {
      store.expire(oldest);
    }
  }
}
