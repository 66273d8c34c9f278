package io.portolan.core.access;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.access.IdempotentCall.Answer;
import io.portolan.core.access.IdempotentCall.InProgress;
import io.portolan.core.access.IdempotentCall.Mismatch;
import io.portolan.core.access.IdempotentCall.Replay;
import io.portolan.core.access.IdempotentCall.Started;
import io.portolan.core.database.TestDatabase;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

class IdempotencyStoreTest {
  private static final Answer ANSWER = new Answer(201, Optional.of("/v1/lists/7"), "{\"id\":7}");

  @RegisterExtension static final TestDatabase postgres = TestDatabase.create();

  private Instant now = Instant.parse("2026-11-24T09:00:00Z");
  private final IdempotencyStore calls = new IdempotencyStore(postgres.database(), () -> now);
  private long apiKey;

  @BeforeEach
  void makeApiKey() {
    postgres.execute("DELETE FROM api_key");
    apiKey = new ApiKeyStore(postgres.database(), () -> now).create("key", Role.OPERATE).key().id();
  }

  @Test
  void answersARepeatedCallAsTheFirst() {
    assertThat(calls.begin(apiKey, "a", "POST /v1/lists {}")).isEqualTo(new Started());
    calls.complete(apiKey, "a", ANSWER);

    assertThat(calls.begin(apiKey, "a", "POST /v1/lists {}")).isEqualTo(new Replay(ANSWER));
  }

  @Test
  void keepsAnAnswerWithoutALocation() {
    Answer answer = new Answer(422, Optional.empty(), "");
    calls.begin(apiKey, "a", "call");
    calls.complete(apiKey, "a", answer);

    assertThat(calls.begin(apiKey, "a", "call")).isEqualTo(new Replay(answer));
  }

  @Test
  void tellsAnotherCallUnderTheSameKey() {
    calls.begin(apiKey, "a", "POST /v1/lists {}");

    assertThat(calls.begin(apiKey, "a", "POST /v1/lists {\"x\":1}")).isEqualTo(new Mismatch());
  }

  @Test
  void tellsACallThatIsBeingServed() {
    calls.begin(apiKey, "a", "call");

    assertThat(calls.begin(apiKey, "a", "call")).isEqualTo(new InProgress());
  }

  @Test
  void keepsACallThatIsRenewedForAsLongAsItIsServed() {
    calls.begin(apiKey, "a", "call");
    for (int minute = 0; minute < 12; minute++) {
      now = now.plus(Duration.ofMinutes(1));
      assertThat(calls.renew(apiKey, "a")).isTrue();
    }
    assertThat(calls.begin(apiKey, "a", "call")).isEqualTo(new InProgress());

    now = now.plus(IdempotencyStore.LONGEST_CALL).plusSeconds(1);

    assertThat(calls.begin(apiKey, "a", "call"))
        .as("lost with its process")
        .isEqualTo(new Started());
  }

  @Test
  void keepsTheKeysOfApiKeysApart() {
    long other =
        new ApiKeyStore(postgres.database(), () -> now).create("other", Role.OPERATE).key().id();
    calls.begin(apiKey, "a", "call");

    assertThat(calls.begin(other, "a", "another call")).isEqualTo(new Started());
  }

  @Test
  void letsACallThatFailedBeRepeated() {
    calls.begin(apiKey, "a", "call");
    calls.abandon(apiKey, "a");

    assertThat(calls.begin(apiKey, "a", "call")).isEqualTo(new Started());
  }

  @Test
  void abandonsNoAnswer() {
    calls.begin(apiKey, "a", "call");
    calls.complete(apiKey, "a", ANSWER);
    calls.abandon(apiKey, "a");

    assertThat(calls.begin(apiKey, "a", "call")).isEqualTo(new Replay(ANSWER));
  }

  @Test
  void takesACallForLostWhoseAnswerNeverCame() {
    calls.begin(apiKey, "a", "call");

    now = now.plus(IdempotencyStore.LONGEST_CALL);
    assertThat(calls.begin(apiKey, "a", "call")).isEqualTo(new InProgress());
    now = now.plusMillis(1);
    assertThat(calls.begin(apiKey, "a", "call")).isEqualTo(new Started());
  }

  @Test
  void tellsACallThatAnotherTookItsKeyOver() {
    calls.begin(apiKey, "a", "call");
    now = now.plus(IdempotencyStore.LONGEST_CALL).plusMillis(1);
    calls.begin(apiKey, "a", "call");
    assertThat(calls.complete(apiKey, "a", ANSWER)).as("by the other").isTrue();

    assertThat(calls.renew(apiKey, "a")).isFalse();
    assertThat(calls.complete(apiKey, "a", new Answer(409, Optional.empty(), "{}"))).isFalse();
    assertThat(calls.begin(apiKey, "a", "call")).isEqualTo(new Replay(ANSWER));
  }

  @Test
  void forgetsAnAnswerAfterADay() {
    calls.begin(apiKey, "a", "call");
    calls.complete(apiKey, "a", ANSWER);

    now = now.plus(Duration.ofHours(24));
    assertThat(calls.expire()).isZero();
    assertThat(calls.begin(apiKey, "a", "call")).isEqualTo(new Replay(ANSWER));

    now = now.plusMillis(1);
    assertThat(calls.begin(apiKey, "a", "other call")).isEqualTo(new Started());
    now = now.plus(Duration.ofHours(25));
    assertThat(calls.expire()).isEqualTo(1);
  }

  @Test
  void startsOneOfManyConcurrentCalls() throws Exception {
    CountDownLatch start = new CountDownLatch(1);
    List<Future<IdempotentCall>> sent = new ArrayList<>();
    List<IdempotentCall> outcomes = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int call = 0; call < 8; call++) {
        sent.add(
            threads.submit(
                () -> {
                  start.await();
                  return calls.begin(apiKey, "a", "call");
                }));
      }
      start.countDown();
      for (Future<IdempotentCall> call : sent) {
        outcomes.add(call.get());
      }
    }

    assertThat(outcomes).filteredOn(new Started()::equals).hasSize(1);
    assertThat(outcomes).filteredOn(new InProgress()::equals).hasSize(7);
  }
}
