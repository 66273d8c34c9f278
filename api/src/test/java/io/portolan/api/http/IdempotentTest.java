package io.portolan.api.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.api.cli.ApiClient;
import io.portolan.api.node.TestingNode;
import io.portolan.core.access.ApiKeyStore;
import io.portolan.core.access.IdempotencyStore;
import io.portolan.core.access.IdempotentCall;
import io.portolan.core.access.IdempotentCall.Answer;
import io.portolan.core.access.Role;
import io.portolan.core.database.TestDatabase;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

class IdempotentTest {
  private static final Answer ANSWER = new Answer(200, Optional.empty(), "{}");

  @RegisterExtension final TestDatabase database = TestDatabase.create();

  private final IdempotencyStore store =
      new IdempotencyStore(database.database(), InstantSource.system());

  @TempDir private Path uploads;

  @Test
  void keepsAnAnswerWhenTheServerStops() {
    long apiKey = begun();

    Thread.currentThread().interrupt();
    Idempotent.of(store, _ -> {}).keepAnswer(apiKey, "a", ANSWER);

    assertThat(Thread.interrupted()).as("it can write the answer").isFalse();
    assertThat(store.begin(apiKey, "a", "call")).isEqualTo(new IdempotentCall.Replay(ANSWER));
  }

  @Test
  void answersAsServedWhatCannotBeKeptWhenTheServerStops() {
    long apiKey = begun();
    database.execute("ALTER TABLE idempotency_key ADD CHECK (status IS NULL)");

    Thread.currentThread().interrupt();
    Idempotent.of(store, _ -> {}).keepAnswer(apiKey, "a", ANSWER);

    assertThat(Thread.interrupted()).as("it can write the answer").isFalse();
    assertThat(store.begin(apiKey, "a", "call")).isInstanceOf(IdempotentCall.InProgress.class);
  }

  private long begun() {
    long apiKey =
        new ApiKeyStore(database.database(), InstantSource.system())
            .create("key", Role.OPERATE)
            .key()
            .id();
    store.begin(apiKey, "a", "call");
    return apiKey;
  }

  @Test
  void answersATestThatReachedSomebodyWithWhatFailed() throws Exception {
    try (TestingNode node = new TestingNode(database, uploads);
        ApiClient api = new ApiClient(node.url(), node.key())) {
      Map<String, String> content =
          Map.of(
              "fromAddress",
              "news@sender.test",
              "subject",
              "{{email}}".repeat(50),
              "text",
              "Good day.");
      long campaign =
          api.post("/api/v1/campaigns", Map.of("name", "long", "content", content))
              .path("id")
              .asLong();

      List<String> to =
          List.of(
              "a@healthy.test",
              "a-name-that-is-too-long-for-fifty-of-it@healthy.test",
              "b@healthy.test");
      assertThat(
              api.post("/api/v1/campaigns/" + campaign + "/test", Map.of("to", to))
                  .path("results")
                  .findValuesAsText("outcome"))
          .containsExactly("accepted", "not-sent", "accepted");
    }
  }
}
