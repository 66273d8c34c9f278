package io.portolan.scheduler;

import io.portolan.core.database.Database;
import io.portolan.core.database.DatabaseSettings;
import io.portolan.core.isp.DomainResolver;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.isp.MxAnswer;
import io.portolan.core.recorder.ResultRecorder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.random.RandomGenerator;

/** A whole node, with a pool, a recorder and a sender of its own. */
final class TestNode implements AutoCloseable {
  private final Database database;
  private final ResultRecorder recorder;
  private final TestingBatchSender sender;
  private final CampaignGatePoller gate;
  private final CampaignScheduler scheduler;

  private TestNode(DatabaseSettings databaseSettings, SchedulerSettings settings) {
    InstantSource clock = InstantSource.system();
    database = Database.openFor(settings.node(), databaseSettings);
    recorder = new ResultRecorder(database, (_, _) -> {}, clock, ResultRecorder.Settings.DEFAULT);
    gate = new CampaignGatePoller(database, clock);
    sender = new TestingBatchSender(recorder, gate, clock);
    DomainResolver resolver =
        new DomainResolver(
            IspDirectory.builtIn(), _ -> new MxAnswer.NoSuchDomain(Duration.ofHours(1)), clock, 4);
    scheduler =
        new CampaignScheduler(
            new SchedulerParts(database, resolver, sender, gate, clock, List.of()), settings);
  }

  /** A node that has not started to fire. */
  static TestNode create(DatabaseSettings database, SchedulerSettings settings) {
    return new TestNode(database, settings);
  }

  /** A node at work. */
  static TestNode start(DatabaseSettings database, SchedulerSettings settings) {
    TestNode node = create(database, settings);
    node.scheduler.start();
    return node;
  }

  /** Settings that notice soon what is amiss. */
  static SchedulerSettings settings() {
    return settings(5);
  }

  /** The same, with so many batches of a platform ahead. */
  static SchedulerSettings settings(int batchesAhead) {
    return new SchedulerSettings(
        NodeName.create(RandomGenerator.getDefault()),
        200,
        1_000,
        batchesAhead,
        Duration.ofSeconds(1),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        0);
  }

  CampaignScheduler scheduler() {
    return scheduler;
  }

  TestingBatchSender sender() {
    return sender;
  }

  CampaignGatePoller gate() {
    return gate;
  }

  @Override
  public void close() {
    scheduler.close();
    recorder.close();
    database.close();
  }
}
