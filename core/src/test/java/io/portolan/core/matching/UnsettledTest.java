package io.portolan.core.matching;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.reply.BounceCategory;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class UnsettledTest extends MatchingInboxFixture {
  private final AtomicReference<Instant> now = new AtomicReference<>(NOW);
  private final AtomicInteger tries = new AtomicInteger();
  private boolean isBroken = true;

  @Test
  void appliesTheRestWhereOneCannotBeAndTriesThatAgainLater() {
    inbox =
        new MatchingInbox(
            database.database(),
            new SignedInWords(),
            TWO_SOFT,
            (_, category) -> {
              if (category == BounceCategory.AUTH_FAILURE) {
                tries.incrementAndGet();
                if (isBroken) {
                  throw new IllegalStateException("a fault of ours");
                }
              }
              return () -> told.add(1L);
            },
            alarms::add,
            now::get);
    database.execute("UPDATE delivery SET state = 'planned', ended_at = NULL");
    inbox.take(bounce("1", ada, "ada@isp.test", BounceCategory.AUTH_FAILURE));
    inbox.take(bounce("2", ben, "ben@isp.test", BounceCategory.BAD_MAILBOX));
    database.execute(
        "UPDATE delivery SET state = 'accepted', ended_at = ?::timestamptz", SENT.toString());

    inbox.settle();
    inbox.settle();

    assertThat(state(ben)).startsWith("bounced bad-mailbox");
    assertThat(state(ada)).startsWith("accepted");
    assertThat(inbox.unsettled()).isEqualTo(1);
    assertThat(tries).hasValue(1);
    assertThat(told).as("of what is committed").hasSize(1);

    now.set(NOW.plus(Duration.ofMinutes(1)));
    inbox.settle();
    assertThat(tries).hasValue(2);
    isBroken = false;
    now.set(NOW.plus(Duration.ofMinutes(2)));
    inbox.settle();
    assertThat(tries).as("the second pause is two minutes").hasValue(2);
    now.set(NOW.plus(Duration.ofMinutes(3)));
    inbox.settle();

    assertThat(state(ada)).startsWith("bounced auth-failure");
    assertThat(inbox.unsettled()).isZero();
  }
}
