package io.portolan.api.fault;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.api.system.Campaigns;
import io.portolan.core.Eventually;
import io.portolan.sender.lab.GatewayRules;
import io.portolan.sender.lab.LabHost;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Carries out a {@link FaultPlan} and checks what came of it. Not thread-safe. */
final class FaultRun implements AutoCloseable {
  /** Over how many seconds the rate is taken. */
  static final int RATE_SPAN = 5;

  private static final Duration END = Duration.ofMinutes(4);
  private static final Duration TAKEOVER = Duration.ofSeconds(90);

  /** How long the mail host may take to read what a host that failed had sent. */
  private static final Duration SEEN = Duration.ofSeconds(1);

  /** How long a node may take to have a result recorded. */
  private static final Duration RECORDED = Duration.ofSeconds(1);

  private static final Duration MOST_TAKEOVER = Duration.ofSeconds(30);

  /** How far a clock is set: more than nodes wait for each other's signs of life. */
  private static final Duration OFF = Duration.ofSeconds(90);

  /** No longer may a connect take. */
  private static final Duration CONNECT = Duration.ofSeconds(2);

  private static final int FEW_RESETS = 150;

  private final FaultPlan plan;
  private final SplittableRandom random;
  private final FaultScene scene;
  private final FaultDatabase database;
  private final SinkLog log;
  private final Campaigns campaigns;
  private final long start = System.nanoTime();
  private Duration longestTakeover = Duration.ZERO;
  private final Unrecorded unrecorded = new Unrecorded();
  private @Nullable Fault before;
  private long campaign;

  FaultRun(FaultPlan plan, Path directory) throws IOException {
    this.plan = plan;
    random = new SplittableRandom(plan.seed());
    scene = new FaultScene(directory, plan);
    database = new FaultDatabase(scene.database().outsideUrl());
    log = new SinkLog(scene.sink().log(), RATE_SPAN);
    FaultNode first = scene.nodes().getFirst();
    campaigns = scene.campaigns(first, first.serve().firstKey());
  }

  /** Sends the campaign through all its faults; a failure says what ran and what it said. */
  FaultResult run() throws IOException {
    try {
      return sendThroughFaults();
    } catch (RuntimeException | AssertionError e) {
      throw new AssertionError(
          e.getMessage() + "\nafter " + before + ", with\n" + scene.state(), e);
    }
  }

  private FaultResult sendThroughFaults() throws IOException {
    campaigns.activate(
        """
        rules:
          - isp: "*"
            paths: [direct:25]
            limits: {connections: %d, messagesPerSecond: %d}
            timeouts: {connect: %ds, greeting: 5s, command: 5s, data: 5s, dot: 5s}
            retry: {delays: [1s, 2s], lifetime: 1h}
        """
            .formatted(
                plan.load().connections(), plan.load().messagesPerSecond(), CONNECT.toSeconds()));
    List<String> recipients = Campaigns.addresses(plan.recipients(), "@" + FaultScene.DOMAIN);
    campaign = campaigns.start(plan.name(), recipients);
    for (Fault fault : plan.faults()) {
      awaitMessages(20 + random.nextInt(plan.gap()));
      assertThat(log.recipients())
          .as("recipients left for %s, of %s", fault, plan)
          .isLessThan(plan.recipients());
      tell(fault.toString());
      inject(fault);
      before = fault;
    }
    tell("no more faults");
    campaigns.finished(campaign, END);
    FaultResult result = result(recipients);
    result.write();
    check(result);
    return result;
  }

  @Override
  public void close() {
    scene.close();
  }

  private void inject(Fault fault) throws IOException {
    switch (fault) {
      case NODE_KILLED -> kill(nodeAtWork());
      case NODE_FROZEN -> freeze(nodeAtWork());
      case NODE_CUT -> cut(fault, nodeAtWork().host(), SEEN);
      case CLOCK_SET -> setClock(any(scene.nodes()));
      case SINK_CUT -> cut(fault, scene.sink().host(), plan.outage());
      case DATABASE_CUT -> cut(fault, scene.database().host(), plan.outage());
      case SINK_KILLED -> {
        scene.sink().kill();
        pass(randomly(Duration.ofSeconds(2)));
        scene.sink().start();
      }
      case SESSIONS_RESET -> {
        scene.sink().resets(FEW_RESETS);
        awaitMessages(100 + random.nextInt(plan.gap()));
        Eventually.value(
            "connections were reset in all phases",
            () -> log.update().resetPhases(),
            phases -> phases.size() == LoggingSink.Break.PHASES);
        scene.sink().resets(0);
      }
      case DATABASE_STOPPED -> {
        scene.database().stopAtOnce();
        pass(randomly(plan.outage()));
        scene.database().start();
      }
      case DISK_FULL -> {
        scene.fillDisk();
        pass(randomly(plan.outage()));
        scene.freeDisk();
        Eventually.holds(
            "the database answers or has ended",
            () -> !scene.database().isAlive() || database.answers());
        if (!scene.database().isAlive()) {
          scene.database().start();
        }
      }
    }
  }

  private void kill(FaultNode node) throws IOException {
    String name = node.name();
    long killed = System.nanoTime();
    node.serve().kill();
    if (plan.nodes() == 1) {
      Eventually.holds("the server has seen the end", () -> database.sessions().isEmpty());
      Eventually.holds("the mail host, too", () -> log.update().openSessions().isEmpty());
      countUnrecorded(Fault.NODE_KILLED);
      node.start();
    } else {
      pass(SEEN);
      countUnrecorded(Fault.NODE_KILLED);
    }
    takeover(name, killed);
    if (plan.nodes() > 1) {
      node.start();
    }
  }

  private void freeze(FaultNode node) throws IOException {
    String name = node.name();
    long frozen = System.nanoTime();
    log.countLimits(false);
    node.freeze();
    try {
      pass(SEEN);
      countUnrecorded(Fault.NODE_FROZEN);
      takeover(name, frozen);
      awaitMessages(50);
      pass(plan.outage().minusNanos(System.nanoTime() - frozen));
    } finally {
      node.thaw();
    }
    settle();
  }

  private void setClock(FaultNode node) throws IOException {
    List<String> alive = database.nodes();
    node.setClock(random.nextBoolean() ? OFF : OFF.negated());
    awaitMessages(200);
    pass(plan.outage());
    assertThat(database.nodes()).as("nobody is taken for dead").hasSameElementsAs(alive);
    node.setClock(Duration.ZERO);
  }

  /**
   * @param until when it is counted what is not recorded: before anybody takes it over
   */
  private void cut(Fault fault, LabHost host, Duration until) throws IOException {
    log.countLimits(false);
    try (GatewayRules _ = scene.cut(host)) {
      pass(until);
      countUnrecorded(fault);
      pass(plan.outage().minus(until));
    }
    settle();
  }

  /**
   * Counts what the mail host has taken and the database does not know. Where other nodes go on,
   * theirs is given time to be recorded.
   */
  private void countUnrecorded(Fault fault) {
    log.update();
    if (plan.nodes() > 1) {
      pass(RECORDED);
    }
    int nodes = fault == Fault.DATABASE_CUT ? plan.nodes() : 1;
    assertThat(unrecorded.count(log, database.accepted(campaign)))
        .as("taken and not recorded by %s after %s", fault, before)
        .isLessThanOrEqualTo(plan.load().connections() + nodes * FaultPlan.GROUP);
  }

  /**
   * The sessions of hosts that were cut off, or frozen, end when their peers learn of it; connects
   * that were under way end as old ones.
   */
  private void settle() {
    pass(CONNECT);
    Set<String> old = log.update().openSessions();
    Eventually.holds(
        "old sessions end", () -> Collections.disjoint(old, log.update().openSessions()));
    log.countLimits(true);
  }

  private void takeover(String node, long since) {
    Eventually.value(
        "nothing is claimed by " + node, TAKEOVER, () -> database.claimed(node), left -> left == 0);
    Duration took = Duration.ofNanos(System.nanoTime() - since);
    tell("taken over from %s within %d ms".formatted(node, took.toMillis()));
    longestTakeover = took.compareTo(longestTakeover) > 0 ? took : longestTakeover;
  }

  private FaultResult result(List<String> recipients) {
    log.update();
    long accepted = database.accepted(campaign).stream().filter(log::has).count();
    long breaks = plan.faults().stream().filter(Fault::breaksSessions).count();
    return new FaultResult(
        plan,
        log.messages(),
        recipients.size() - accepted,
        log.messages() - log.recipients(),
        unrecorded.most(),
        breaks * plan.load().connections() + unrecorded.total() + log.lostAnswers(),
        longestTakeover,
        log.mostSessions(),
        (double) log.mostInSpan() / RATE_SPAN,
        Duration.ofNanos(System.nanoTime() - start));
  }

  private void check(FaultResult result) {
    assertThat(result.lost()).as("lost; %s", database.states(campaign)).isZero();
    assertThat(result.doubled())
        .as("doubled: %s", result.doubled() > result.bound() ? doubles() : "")
        .isLessThanOrEqualTo(result.bound());
    assertThat(log.byRecipient())
        .allSatisfy(
            (recipient, taken) ->
                assertThat(taken.ids()).as("Message-IDs at %s", recipient).hasSize(1));
    assertThat(result.mostSessions())
        .as("sessions at one time")
        .isLessThanOrEqualTo(plan.load().connections());
    assertThat(result.mostPerSecond() * RATE_SPAN)
        .as("messages in %s s", RATE_SPAN)
        .isLessThanOrEqualTo(
            plan.load().messagesPerSecond() * RATE_SPAN + plan.load().connections());
    if (plan.nodes() > 1) { // otherwise it has the start of a node in it
      assertThat(result.longestTakeover()).isLessThan(MOST_TAKEOVER);
    }
    Eventually.value("nothing is left over", () -> database.leftOver(campaign), List::isEmpty);
    Eventually.holds("no session is left open", () -> log.update().openSessions().isEmpty());
    Eventually.value(
        "only nodes that live are known",
        database::nodes,
        nodes -> nodes.size() == scene.nodes().size());
    scene.nodes().forEach(FaultNode::close);
    assertThat(database.sessions()).as("connections to the database").isEmpty();
    assertThat(database.locks()).as("locks in the database").isEmpty();
  }

  /** Who got copies, when, and what the database knows of it. */
  private String doubles() {
    return log.byRecipient().entrySet().stream()
        .filter(each -> each.getValue().times().size() > 1)
        .map(
            each ->
                each.getKey()
                    + " at "
                    + each.getValue().times()
                    + ", attempts "
                    + database.attempts(campaign, each.getKey()))
        .collect(Collectors.joining("\n"));
  }

  private void awaitMessages(int more) {
    long target = log.update().messages() + more;
    Eventually.value(
        more + " more messages",
        TAKEOVER,
        () -> log.update().messages(),
        messages -> messages >= target || log.recipients() == plan.recipients());
  }

  private Duration randomly(Duration most) {
    return Duration.ofMillis(random.nextLong(most.toMillis()));
  }

  /** A node whose end leaves something to take over. */
  private FaultNode nodeAtWork() {
    return any(
        Eventually.value(
            "a node has a batch",
            () -> scene.nodes().stream().filter(node -> database.claimed(node.name()) > 0).toList(),
            nodes -> !nodes.isEmpty()));
  }

  private <T> T any(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  private void tell(String what) {
    System.out.printf(
        "%tT.%<tL %s, seed %d: %.1f s, %d messages: %s%n",
        System.currentTimeMillis(),
        plan.name(),
        plan.seed(),
        (System.nanoTime() - start) / 1e9,
        log.update().messages(),
        what);
  }

  /** Lets a fault last. */
  private static void pass(Duration time) {
    long start = System.nanoTime();
    Eventually.value(
        "time passes",
        time.plusSeconds(1),
        () -> System.nanoTime() - start,
        passed -> passed >= time.toNanos());
  }
}
