package io.portolan.core.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.Eventually;
import io.portolan.core.database.Database;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.delivery.ConnectionSlots.Slot;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Invariant 9: a platform's limits hold for all nodes together. */
class ConnectionSlotsTest {
  @RegisterExtension final TestDatabase database = TestDatabase.create();

  @Test
  void twoNodesShareTheSlotsOfALane() {
    try (Database second = Database.open(database.settings());
        ConnectionSlots here = new ConnectionSlots(database.database());
        ConnectionSlots there = new ConnectionSlots(second)) {
      List<Slot> taken =
          IntStream.range(0, 10)
              .mapToObj(i -> (i % 2 == 0 ? here : there).tryAcquire("gmail", 5))
              .flatMap(Optional::stream)
              .toList();

      assertThat(taken).extracting(Slot::number).containsExactlyInAnyOrder(0, 1, 2, 3, 4);
      assertThat(there.tryAcquire("yahoo", 1)).as("another lane has its own").isPresent();

      taken.getFirst().close();

      assertThat(there.tryAcquire("gmail", 5))
          .map(Slot::number)
          .contains(taken.getFirst().number());
    }
  }

  @Test
  void aNodeThatDiesFreesItsSlots() {
    try (ConnectionSlots here = new ConnectionSlots(database.database())) {
      try (Database second = Database.open(database.settings());
          ConnectionSlots there = new ConnectionSlots(second)) {
        assertThat(there.tryAcquire("gmail", 1)).isPresent();
        assertThat(here.tryAcquire("gmail", 1)).isEmpty();
      }

      assertThat(here.tryAcquire("gmail", 1)).isPresent();
    }
  }

  @Test
  void takesItsSlotsAgainWhoseSessionsAreOpenWhenTheConnectionWasLost() {
    try (ConnectionSlots slots = new ConnectionSlots(database.database())) {
      Slot slot = slots.tryAcquire("gmail", 2).orElseThrow();

      database.disconnectAll();

      Eventually.holds("it is lost", () -> !slot.isHeld());
      assertThat(slots.tryAcquire("gmail", 1)).as("its session may be open still").isEmpty();
      Eventually.holds("it is taken again", slot::isHeld);
      slot.close();
      assertThat(slots.tryAcquire("gmail", 1)).map(Slot::isHeld).contains(true);
    }
  }

  @Test
  void leavesToOthersWhatTheyHadWhenAllWasLost() {
    try (Database second = Database.open(database.settings());
        ConnectionSlots here = new ConnectionSlots(database.database());
        ConnectionSlots there = new ConnectionSlots(second)) {
      Slot mine = here.tryAcquire("gmail", 2).orElseThrow();
      Slot theirs = there.tryAcquire("gmail", 2).orElseThrow();

      database.disconnectAll();

      Eventually.holds("it is noticed", () -> !mine.isHeld());
      Eventually.holds(
          "both have theirs again",
          () -> {
            assertThat(here.tryAcquire("gmail", 2)).isEmpty();
            return mine.isHeld() && theirs.isHeld();
          });
      theirs.close();
      Eventually.value(
          "others may have it later", () -> here.tryAcquire("gmail", 2), Optional::isPresent);
    }
  }

  @Test
  void isNotSureOfASlotWhenTheServerHasNotSaidSoForSeconds() {
    try (ConnectionSlots slots = new ConnectionSlots(database.database())) {
      Slot slot = slots.tryAcquire("gmail", 1).orElseThrow();

      synchronized (slots) { // so that the server is not asked
        Eventually.holds("nobody knows", () -> !slot.isHeld());
      }

      Eventually.holds("the server has said so", slot::isHeld);
    }
  }

  @Test
  void aKilledBackendIsNoticedThoughNobodyAsksForSlots() throws Exception {
    try (Database second = Database.open(database.settings());
        ConnectionSlots here = new ConnectionSlots(database.database());
        ConnectionSlots there = new ConnectionSlots(second)) {
      Slot lost = here.tryAcquire("gmail", 1).orElseThrow();

      database.execute(
          """
          SELECT pg_terminate_backend(l.pid) FROM pg_locks l
            JOIN pg_database d ON d.oid = l.database AND d.datname = current_database()
           WHERE l.locktype = 'advisory' AND l.pid <> pg_backend_pid()
          """);

      // another node has the slot at once: this one must stop using it
      long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
      Optional<Slot> taken = Optional.empty();
      while ((taken.isEmpty() || lost.isHeld()) && System.nanoTime() - deadline < 0) {
        taken = taken.or(() -> there.tryAcquire("gmail", 1));
        LockSupport.parkNanos(20_000_000);
      }
      assertThat(taken).map(Slot::isHeld).contains(true);
      assertThat(lost.isHeld()).isFalse();
      assertThat(here.tryAcquire("gmail", 1)).isEmpty();
    }
  }

  @Test
  void aNodeThatIsFoundDeadLosesItsSlotsThoughItsConnectionLives() {
    try (Database second = Database.open(database.settings());
        ConnectionSlots here = new ConnectionSlots(database.database(), "here");
        ConnectionSlots frozen = new ConnectionSlots(second, "frozen")) {
      checkIn("here");
      checkIn("frozen");
      Slot kept = here.tryAcquire("yahoo", 1).orElseThrow();
      Slot slot = frozen.tryAcquire("gmail", 1).orElseThrow();

      assertThat(ConnectionSlots.endOfDeadNodes(database.database())).isZero();
      assertThat(here.tryAcquire("gmail", 1)).isEmpty();

      database.execute("DELETE FROM qrtz_scheduler_state WHERE instance_name = 'frozen'");

      assertThat(ConnectionSlots.endOfDeadNodes(database.database())).isEqualTo(1);
      assertThat(
              Eventually.value(
                  "the slot is free", () -> here.tryAcquire("gmail", 1), Optional::isPresent))
          .isPresent();
      assertThat(kept.isHeld()).isTrue();
      Eventually.holds("the node learns that it lost its slot", () -> !slot.isHeld());
      slot.close();
    }
  }

  private void checkIn(String node) {
    database.execute(
        "INSERT INTO qrtz_scheduler_state (sched_name, instance_name, last_checkin_time, checkin_interval) VALUES ('portolan', ?, 0, 1000)",
        node);
  }
}
