package io.portolan.metrics.guardrail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.portolan.core.database.DatabaseException;
import io.portolan.core.guard.Hold;
import io.portolan.core.guard.HoldStore.Released;
import io.portolan.core.reply.BounceCategory;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** When campaigns are looked at whose mail bounces late, and by whom. */
class LateBounceLooksTest extends LateBounceFixture {
  @Test
  void nodesHoldOnceAndTellOnce() throws Exception {
    campaign(1, "running");
    accepted(1, "isp", 0, 500);
    LateBounceWatch other = watch();
    bounces(1, "isp", 0, 60);

    CompletableFuture<Boolean> first;
    CompletableFuture<Boolean> second;
    try (var lock =
        io.portolan.core.database.Hold.of(
            database, "hashtext('portolan.complaints'), hashtext('shop.test')")) {
      first = lock.stops(1, () -> looked(watch));
      second = lock.stops(2, () -> looked(other));
    }
    assertThat(first.join()).isTrue();
    assertThat(second.join()).isTrue();

    assertThat(holds(1)).hasSize(1);
    assertThat(told).containsExactly(1L);
  }

  @Test
  void anOverrideThatIsUnderWayComesFirst() throws Exception {
    campaign(1, "running");
    accepted(1, "isp", 0, 500);
    bounces(1, "isp", 0, 60);
    watch.look();
    bounces(1, "isp", 0, 1);
    CompletableFuture<Boolean> look;
    try (var lock =
        io.portolan.core.database.Hold.ofCommits(
            database, "campaign_hold", "NEW.released_at IS NOT NULL")) {
      CompletableFuture<Released> _ = lock.stops(1, () -> release(1, "isp", minute(10)));
      look = lock.stops(2, () -> looked(watch));
    }
    assertThat(look.join()).isTrue();

    assertThat(holds(1)).isEmpty();
  }

  @Test
  void whatANodeThatDiedDidNotJudgeOthersDo() throws Exception {
    campaign(1, "running");
    accepted(1, "isp", 0, 500);
    write(1, BounceCategory.BAD_MAILBOX, Collections.nCopies(60, new Bounce("isp", 0)));

    watch.look();
    assertThat(holds(1)).as("it heard of nothing").isEmpty();
    now.set(now.get().plus(Duration.ofMinutes(5)));
    watch.look();

    assertThat(holds(1)).extracting(Hold::isp).containsExactly("isp");
    database.execute("DELETE FROM campaign_hold");
    watch().look();
    assertThat(holds(1)).as("a node looks at all when it starts").hasSize(1);
  }

  @Test
  void whatCouldNotBeJudgedIsJudgedByTheNextLook() throws Exception {
    campaign(1, "running");
    campaign(2, "running");
    accepted(1, "isp", 0, 500);
    bounces(1, "isp", 0, 60);
    database.execute("ALTER TABLE result_rollup RENAME TO away");
    assertThatThrownBy(watch::look).isInstanceOf(DatabaseException.class);
    database.execute("ALTER TABLE away RENAME TO result_rollup");

    watch.look();

    assertThat(holds(1)).hasSize(1);
  }

  @Test
  void aCampaignThatTakesLongToLookAtIsLeftAloneForAWhile() throws Exception {
    campaign(1, "running");
    accepted(1, "isp", 0, 500);
    watch =
        new LateBounceWatch(
            database.database(),
            GuardSettings.DEFAULT,
            () -> now.getAndUpdate(time -> time.plusSeconds(3)),
            told::add);
    bounces(1, "isp", 0, 10);
    watch.look();
    bounces(1, "isp", 0, 50);

    now.set(now.get().plusSeconds(40));
    watch.look();
    assertThat(holds(1)).as("20 times as long as it took").isEmpty();
    now.set(now.get().plusSeconds(20));
    watch.look();

    assertThat(holds(1)).hasSize(1);
  }

  @Test
  void whatHasEndedOrIsNotWatchedIsLeftAlone() throws Exception {
    campaign(1, "finished");
    campaign(2, "running");
    campaign(3, "paused");
    database.execute("UPDATE campaign SET guards = '{\"hardBounce\": \"off\"}' WHERE id = 2");
    for (int campaign = 1; campaign <= 3; campaign++) {
      accepted(campaign, "isp", 0, 500);
      bounces(campaign, "isp", 0, 60);
    }

    watch.look();

    assertThat(holds(1)).isEmpty();
    assertThat(holds(2)).isEmpty();
    assertThat(holds(3)).as("it would go on").hasSize(1);
  }

  private static boolean looked(LateBounceWatch watch) {
    watch.look();
    return true;
  }
}
