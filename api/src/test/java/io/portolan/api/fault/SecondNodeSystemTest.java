package io.portolan.api.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.api.system.Campaigns;
import io.portolan.core.Eventually;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * What a second node on the same machine costs: the same campaign by two nodes, then by one, each
 * after one of the same size to warm up. With PORTOLAN_TEST_COST_RECIPIENTS set the campaigns are
 * so large. That nodes share a campaign is ClusterTest's.
 */
@Tag("system")
class SecondNodeSystemTest {
  private static final int RECIPIENTS =
      Integer.parseInt(System.getenv().getOrDefault("PORTOLAN_TEST_COST_RECIPIENTS", "5000"));
  private static final Duration PATIENCE = Duration.ofMinutes(4);

  private static final int CONNECTIONS = 20;

  @TempDir private Path directory;

  /** What a campaign took: messages a second, and CPU a message of nodes and database. */
  private record Cost(double rate, double nodeMicros, double databaseMicros) {
    String row(String nodes) {
      return "| %s | %.0f | %.0f | %.0f |".formatted(nodes, rate, nodeMicros, databaseMicros);
    }
  }

  @Test
  void aSecondNodeCostsLittle() throws Exception {
    FaultPlan plan =
        new FaultPlan(
            "cost",
            1,
            2,
            new FaultPlan.Load(CONNECTIONS, 0),
            RECIPIENTS,
            List.of(),
            1,
            Duration.ZERO,
            FaultSystemTest.SCHEDULER);
    try (FaultScene scene = new FaultScene(directory, plan)) {
      FaultNode first = scene.nodes().getFirst();
      FaultNode second = scene.nodes().getLast();
      Campaigns campaigns = scene.campaigns(first, first.serve().firstKey());
      campaigns.activate(
          """
          rules:
            - isp: "*"
              paths: [direct:25]
              limits: {connections: %d}
          """
              .formatted(CONNECTIONS));
      SinkLog log = new SinkLog(scene.sink().log(), FaultRun.RATE_SPAN);
      send(scene, campaigns, log, "two, to warm up");
      Cost two = send(scene, campaigns, log, "two");
      second.close();
      send(scene, campaigns, log, "one, to warm up");
      Cost one = send(scene, campaigns, log, "one");

      System.out.println(
          "| nodes | messages a second | CPU of nodes, µs a message | of the database |\n|---|---|---|---|\n"
              + one.row("1")
              + "\n"
              + two.row("2"));
      // what it costs is in docs/performance.md; what must hold is that each message went once
      assertThat(log.update().messages()).isEqualTo(4L * RECIPIENTS);
    }
  }

  private static Cost send(FaultScene scene, Campaigns campaigns, SinkLog log, String name)
      throws IOException {
    long before = log.update().messages();
    Duration nodes = nodes(scene);
    Duration database = scene.database().cpu();
    long campaign =
        campaigns.start(
            name, Campaigns.addresses(RECIPIENTS, "." + before + "@" + FaultScene.DOMAIN));
    Eventually.holds("it begins", () -> log.update().messages() > before);
    long begun = System.nanoTime();
    long early = log.messages() - before;
    Eventually.value(
        "messages of " + name,
        PATIENCE,
        () -> log.update().messages() - before,
        sent -> sent >= RECIPIENTS);
    double seconds = (System.nanoTime() - begun) / 1e9;
    campaigns.finished(campaign, PATIENCE);
    return new Cost(
        (RECIPIENTS - early) / seconds,
        micros(nodes(scene).minus(nodes)),
        micros(scene.database().cpu().minus(database)));
  }

  private static Duration nodes(FaultScene scene) {
    return scene.nodes().stream().map(FaultNode::cpu).reduce(Duration.ZERO, Duration::plus);
  }

  private static double micros(Duration cpu) {
    return cpu.toNanos() / 1e3 / RECIPIENTS;
  }
}
