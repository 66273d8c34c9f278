package io.portolan.sender.lane;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.portolan.core.Eventually;
import io.portolan.core.campaign.InDoubt;
import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseException;
import io.portolan.core.database.Sql;
import io.portolan.core.database.TestOutage;
import io.portolan.core.delivery.ClaimedBatch;
import io.portolan.core.policy.PolicyPath;
import io.portolan.core.policy.PolicyPath.Cap;
import io.portolan.core.policy.PolicyPath.Span;
import io.portolan.sender.simulation.ServerPhase;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/** What lanes do with mail for which they would have to ask a database that is away. */
class LaneOutageTest extends LaneFixture {
  private final Logger logger = (Logger) LoggerFactory.getLogger("io.portolan.sender.lane");
  private final ListAppender<ILoggingEvent> said = new ListAppender<>();

  @SuppressWarnings("NullAway.Init") // the fixture asks for the database before each test
  private TestOutage outage;

  @SuppressWarnings("NullAway.Init") // as the outage
  private Database through;

  @Override
  Database databaseOfCaps() {
    if (outage == null) {
      outage = new TestOutage(database.settings());
      through = Database.open(outage.settings());
    }
    return through;
  }

  @BeforeEach
  void capThePath() {
    policyPaths = Optional.of(List.of(PolicyPath.of(DIRECT).withCap(new Cap(1_000, Span.HOUR))));
    said.start();
    logger.addAppender(said);
  }

  @AfterEach
  void endNetwork() {
    logger.detachAppender(said);
    through.close();
    outage.close();
  }

  @Test
  void leavesMailAsItIsAndSendsItWhenTheDatabaseIsBack() throws Exception {
    ClaimedBatch batch = batch(names(50));
    outage.cut();

    send(batch);
    send(batch);

    assertThat(states()).hasSize(50).containsOnly("planned 0");
    assertThat(
            database.number(
                "SELECT count(*) FROM delivery WHERE category IS NOT NULL OR not_before IS NOT NULL OR first_held_at IS NOT NULL"))
        .as("no retry time, and no lifetime that has begun")
        .isZero();
    assertThat(said.list)
        .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
        .singleElement()
        .satisfies(event -> assertThat(event.getLevel()).isEqualTo(Level.WARN))
        .satisfies(
            event ->
                assertThat(event.getFormattedMessage())
                    .contains("sent when the database answers again"));

    outage.mend();
    Eventually.holds("the database answers", this::answers);
    send(batch);

    assertThat(states()).hasSize(50).containsOnly("accepted 1");
    assertThat(network.mailboxes().duplicates()).isEmpty();
  }

  @Test
  void leavesNothingInDoubtThatWasNotOffered() throws Exception {
    inDoubt = InDoubt.HOLD;
    // the note stands when the session breaks, and the next one's path is asked for in vain
    server().on(ServerPhase.RCPT).reset().always();
    ClaimedBatch batch = batch("anna");
    beforeEachMessage =
        () -> {
          if (database.number("SELECT count(*) FROM delivery WHERE offer_expires_at IS NOT NULL")
              > 0) {
            outage.cut();
            ahead = Duration.ofHours(1); // of which nothing was taken yet
          }
        };

    send(batch);

    assertThat(states()).containsExactly("planned 0");
    assertThat(
            database.number(
                "SELECT count(*) FROM delivery WHERE offer_expires_at IS NOT NULL OR in_doubt_since IS NOT NULL"))
        .isZero();
  }

  private boolean answers() {
    try {
      return through.read(
          connection -> Sql.one(connection, "SELECT 1 AS one", row -> row.integer("one") == 1));
    } catch (DatabaseException e) {
      return false;
    }
  }

  private void send(ClaimedBatch batch) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      sending(threads, batch).get(30, TimeUnit.SECONDS);
    }
  }
}
