package io.portolan.api.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.ApiException;
import io.portolan.api.node.TestingNode;
import io.portolan.core.database.Sql;
import io.portolan.core.database.TestDatabase;
import java.nio.file.Path;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** The tools for policies, by HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PolicyApiTest {
  private static final String SIMULATE = "/api/v1/policy/versions/1/simulate";

  @RegisterExtension static final TestDatabase database = TestDatabase.create();

  @TempDir private static Path uploads;

  private TestingNode node;
  private ApiClient api;

  @BeforeAll
  void start() throws Exception {
    node = new TestingNode(database, uploads);
    api = new ApiClient(node.url(), node.key());
  }

  @AfterAll
  void stop() throws Exception {
    api.close();
    node.close();
  }

  @Test
  void simulatesForOneAtATime() throws Exception {
    Future<JsonNode> first;
    try (ExecutorService calls = Executors.newVirtualThreadPerTaskExecutor()) {
      first =
          database
              .database()
              .inTransaction(
                  connection -> {
                    Sql.update(connection, "LOCK TABLE result_rollup IN ACCESS EXCLUSIVE MODE");
                    Future<JsonNode> waiting = calls.submit(() -> api.post(SIMULATE));
                    while (Sql.one(
                        connection,
                        "SELECT NOT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND relation = 'result_rollup'::regclass) AS none",
                        row -> row.flag("none"))) {
                      LockSupport.parkNanos(10_000_000);
                    }
                    assertThatThrownBy(() -> api.post(SIMULATE))
                        .isInstanceOfSatisfying(
                            ApiException.class,
                            refused -> assertThat(refused.status()).isEqualTo(429));
                    return waiting;
                  });
    }
    assertThat(first.get().path("activeVersion").asInt()).isEqualTo(1);
    assertThat(api.post(SIMULATE).path("activeVersion").asInt()).isEqualTo(1);
  }

  @Test
  void refusesAFormatThatIsNone() {
    assertThatThrownBy(() -> api.get("/api/v1/policy?format=xml"))
        .isInstanceOfSatisfying(
            ApiException.class, refused -> assertThat(refused.status()).isEqualTo(422))
        .hasMessageContaining("give yaml or json");
    assertThat(api.get("/api/v1/policy?format=json").path("activation").path("version").asInt())
        .isEqualTo(1);
  }
}
