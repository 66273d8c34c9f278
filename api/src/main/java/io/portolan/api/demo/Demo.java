package io.portolan.api.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.application.TemporaryHome;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.ReportCommand;
import io.portolan.api.cli.Table;
import io.portolan.api.configuration.Configuration;
import io.portolan.api.node.Node;
import io.portolan.sender.simulation.StoredMessage;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.UnknownHostException;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A whole demo: network, node, campaign, checks. Not thread-safe; interrupting its thread ends it.
 */
final class Demo {
  /** The variable that holds the relay's password, in the node's environment alone. */
  static final String RELAY_PASSWORD = "PORTOLAN_SECRET_DEMO_RELAY";

  static final String BOUNCE_DOMAIN = "bounce.portolan.test";

  private static final Duration LEAD = Duration.ofSeconds(5);
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final int SLOWEST_PER_SECOND = 20;
  private static final int USUAL_PORT = 8025;

  private final int number;
  private final DemoScreen screen;
  private final InstantSource clock;

  /**
   * @param number of recipients
   */
  Demo(int number, DemoScreen screen, InstantSource clock) {
    this.number = number;
    this.screen = screen;
    this.clock = clock;
  }

  /** What to do while everything still runs. */
  @FunctionalInterface
  interface Afterwards {
    void accept(DemoReport report, Node node, long campaignId)
        throws IOException, InterruptedException;
  }

  /**
   * Runs a demo and ends everything that it started.
   *
   * @param home for its database; not deleted here
   */
  DemoReport run(TemporaryHome home, Afterwards afterwards)
      throws IOException, InterruptedException {
    String password = password();
    DemoRecipients recipients = DemoRecipients.of(number);
    introduce(recipients);
    try (SimulatedWorld world = SimulatedWorld.start(password, number, clock);
        Node node = start(home, world, password);
        ApiClient client = new ApiClient(node.url(), node.firstKey().orElseThrow())) {
      return run(new Running(recipients, world, node, client), afterwards);
    }
  }

  /** What runs while a campaign does. */
  private record Running(
      DemoRecipients recipients, SimulatedWorld world, Node node, ApiClient client) {}

  private DemoReport run(Running running, Afterwards afterwards)
      throws IOException, InterruptedException {
    try {
      return send(running, afterwards);
    } catch (RuntimeException e) {
      // a call that was interrupted; parts that close must not find the flag set
      if (Thread.interrupted()) {
        InterruptedException stopped = new InterruptedException("the demo was stopped");
        stopped.initCause(e);
        throw stopped;
      }
      throw e;
    }
  }

  private DemoReport send(Running running, Afterwards afterwards)
      throws IOException, InterruptedException {
    ApiClient client = running.client();
    Node node = running.node();
    SimulatedWorld world = running.world();
    DemoRecipients recipients = running.recipients();
    screen.say("the API is up at " + node.url() + ", with an embedded PostgreSQL behind it");
    DemoCampaign campaign = new DemoCampaign(client, recipients);
    long listId = campaign.importList(screen);
    campaign.suppress(screen);
    campaign.defineRelay(screen);
    campaign.activatePolicy(screen);
    long id = campaign.draft(listId, screen);
    blockAfter(campaign.blockAfter(), world);
    Instant launch = clock.instant().plus(LEAD);
    campaign.schedule(id, launch);
    screen.say("scheduled the campaign, " + LEAD.toSeconds() + " s ahead");
    screen.show("");
    boolean ended =
        new DemoWatch(client, screen)
            .untilEnded(id, PATIENCE.plusSeconds(number / SLOWEST_PER_SECOND));
    double seconds = Duration.between(launch, clock.instant()).toMillis() / 1000.0;
    screen.show("");
    screen.say(ended ? "the campaign has ended" : "the campaign did not end in time");
    LateReturns.Sent returned = sendBack(world, node);
    DemoReport report =
        report(campaign.report(id), new Outcome(id, returned, seconds), recipients, world, node);
    afterwards.accept(report, node, id);
    return report;
  }

  /** What became of the campaign. */
  private record Outcome(long campaignId, LateReturns.Sent returned, double seconds) {}

  private LateReturns.Sent sendBack(SimulatedWorld world, Node node) throws IOException {
    LateReturns.Sent sent =
        new LateReturns(world, node.parts().intake().port().orElseThrow()).send();
    screen.say(
        "what usually takes days: "
            + sent.bounced().size()
            + " accepted messages bounced after all, one of them twice, "
            + sent.complained().size()
            + " were called spam, and "
            + sent.spared().size()
            + " bounces were forged");
    return sent;
  }

  private void introduce(DemoRecipients recipients) {
    Table table = new Table("ISP", "RECIPIENTS", "HOW IT TREATS MAIL");
    for (DemoIsp isp : DemoIsp.values()) {
      table.add(isp.domain(), recipients.of(isp), isp.nature());
    }
    screen.show(
        String.format(
            Locale.ROOT,
            "Portolan's demo: a campaign to %,d recipients at %d simulated ISPs. Ctrl-C ends"
                + " everything.%n%n%s",
            number,
            DemoIsp.values().length,
            table));
  }

  private Node start(TemporaryHome home, SimulatedWorld world, String password) throws IOException {
    int port = freePort();
    Configuration configuration =
        Configuration.defaults(
            Map.ofEntries(
                Map.entry("PORTOLAN_DATABASE_DIRECTORY", home.database().toString()),
                Map.entry("PORTOLAN_HTTP_UPLOAD_DIRECTORY", home.uploads().toString()),
                Map.entry("PORTOLAN_HTTP_PORT", Integer.toString(port)),
                Map.entry("PORTOLAN_HTTP_PUBLIC_URL", "http://127.0.0.1:" + port),
                Map.entry("PORTOLAN_MAIL_HELO_NAME", "portolan.test"),
                Map.entry("PORTOLAN_MAIL_BOUNCE_DOMAIN", BOUNCE_DOMAIN),
                Map.entry("PORTOLAN_INTAKE_ADDRESS", "127.0.0.1"),
                Map.entry("PORTOLAN_INTAKE_PORT", "0"),
                Map.entry("PORTOLAN_INTAKE_COMPLAINT_ADDRESSES", LateReturns.COMPLAINTS),
                Map.entry(
                    "PORTOLAN_INTAKE_PEOPLE_DIRECTORY",
                    home.directory().resolve("people").toString()),
                Map.entry("PORTOLAN_MAIL_REFUSALS_IN_A_ROW", "10"),
                Map.entry("PORTOLAN_PATHS_FIRST_BLOCK", "10s"),
                Map.entry("PORTOLAN_PATHS_LONGEST_BLOCK", "60s"),
                Map.entry("PORTOLAN_PATHS_SUSPECT", "2s"),
                Map.entry("PORTOLAN_PATHS_RAMP", "2s")));
    return Node.start(
        configuration,
        world.network(),
        Arrays.stream(DemoIsp.values()).map(DemoIsp::entry).toList(),
        Map.of(RELAY_PASSWORD, password),
        clock);
  }

  /** Blocks the relay's port for good once so many messages of lagoon have gone through it. */
  private void blockAfter(int messages, SimulatedWorld world) {
    AtomicInteger left = new AtomicInteger(messages);
    world
        .mailboxes()
        .watch(
            message -> {
              if (message.origin().port() == SimulatedWorld.BLOCKED_PORT
                  && message.recipient().endsWith("@" + DemoIsp.LAGOON.domain())
                  && left.decrementAndGet() == 0) {
                try {
                  world.blockRelayPort();
                } catch (UnknownHostException e) {
                  throw new IllegalStateException("the relay has lost its name", e);
                }
                screen.say(
                    "the network drops port "
                        + SimulatedWorld.BLOCKED_PORT
                        + " to "
                        + SimulatedWorld.RELAY_HOST
                        + " from now on");
              }
            });
  }

  private DemoReport report(
      JsonNode report,
      Outcome outcome,
      DemoRecipients recipients,
      SimulatedWorld world,
      Node node) {
    List<Evidence.Received> received = received(world);
    Evidence evidence =
        new Evidence(
            new Evidence.Audience(
                recipients.addresses(), recipients.suppressed(), recipients.unknown()),
            new LedgerStore(node.parts().database()).of(outcome.campaignId()),
            received,
            outcome.returned(),
            world.seen());
    List<Check> checks = Checks.of(evidence);
    long distinct = received.stream().map(Evidence.Received::recipient).distinct().count();
    DemoReport made =
        DemoReport.of(
            report,
            new DemoReport.MailboxPart(
                received.size(),
                distinct,
                received.size() - distinct,
                Checks.missing(evidence).size()),
            checks,
            outcome.seconds());
    screen.show("");
    ReportCommand.print(report, screen.out());
    show(made);
    return made;
  }

  private void show(DemoReport report) {
    StringBuilder text =
        new StringBuilder("\nChecked, the simulated mailboxes against PostgreSQL:\n");
    for (Check check : report.checks()) {
      text.append(check.held() ? "  held    " : "  BROKEN  ")
          .append(check.name())
          .append(" (")
          .append(check.detail())
          .append(")\n");
    }
    screen.show(text.toString());
    screen.show(
        String.format(
            Locale.ROOT,
            "%,d accepted, %,d bounced, %,d expired, %,d suppressed in %.1f s.",
            report.accepted(),
            report.bounced(),
            report.expired(),
            report.suppressed(),
            report.seconds()));
  }

  private static List<Evidence.Received> received(SimulatedWorld world) {
    List<Evidence.Received> received = new ArrayList<>();
    for (StoredMessage message : world.mailboxes().matching(_ -> true)) {
      received.add(
          new Evidence.Received(
              message.recipient().toLowerCase(Locale.ROOT),
              message.origin().port(),
              canUnsubscribe(message.content().text())));
    }
    return received;
  }

  /** RFC 2369 section 3.2; one click beside it wants https, which the demo has not. */
  private static boolean canUnsubscribe(Optional<String> text) {
    if (text.isEmpty()) {
      return true;
    }
    String header = text.get().substring(0, Math.max(0, text.get().indexOf("\r\n\r\n")));
    return header.contains("\r\nList-Unsubscribe: ");
  }

  /** The API's usual port, or another one where that is taken. */
  private static int freePort() throws IOException {
    try (ServerSocket usual = new ServerSocket(USUAL_PORT, 1, InetAddress.getLoopbackAddress())) {
      return usual.getLocalPort();
    } catch (IOException e) {
      try (ServerSocket any = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        return any.getLocalPort();
      }
    }
  }

  private static String password() {
    byte[] secret = new byte[16];
    new SecureRandom().nextBytes(secret);
    return HexFormat.of().formatHex(secret);
  }
}
