package io.portolan.api.bench;

import io.portolan.api.application.Application;
import io.portolan.api.application.TemporaryHome;
import io.portolan.api.bench.BenchReport.Check;
import io.portolan.api.configuration.Configuration;
import io.portolan.api.configuration.Configuration.DkimConfiguration;
import io.portolan.core.address.Domain;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPairGenerator;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** A whole bench. Not thread-safe; interrupting its thread ends it. */
final class Bench {
  private static final String MEASURE = "send";
  private static final String KEY_VARIABLE = "BENCH_DKIM_KEY";
  private static final int KEY_BITS = 2_048;
  private static final URI PUBLIC_URL = URI.create("https://portolan.test");

  private final BenchSettings settings;
  private final BenchScreen screen;
  private final InstantSource clock;

  Bench(BenchSettings settings, BenchScreen screen, InstantSource clock) {
    this.settings = settings;
    this.screen = screen;
    this.clock = clock;
  }

  /** What the campaign came to. */
  private record Sent(
      double rowsPerSecond,
      Duration took,
      BenchReport.CpuMicros cpu,
      long heapMaxBytes,
      BenchStore.Ledger ledger,
      long sinkMessages,
      String synchronousCommit) {}

  /**
   * Runs a bench and ends everything that it started.
   *
   * @param home for its database; not deleted here
   * @throws BenchException if it cannot be run
   */
  BenchReport run(TemporaryHome home) throws IOException, InterruptedException {
    try (Sink sink = Sink.start(home.directory())) {
      Sent sent = send(home, sink);
      BenchReport.Limits limits =
          new MachineLimits(settings, sink, screen).measure(home.directory());
      return report(sent, limits);
    }
  }

  private Sent send(TemporaryHome home, Sink sink) throws IOException, InterruptedException {
    BenchNetwork network = new BenchNetwork(settings.connections());
    screen.say("starting PostgreSQL, the scheduler and the sender");
    try (Application application = start(home, network, sink);
        HeapWatch heap = new HeapWatch()) {
      return send(application.parts(), home, network, sink, heap);
    } catch (RuntimeException e) {
      // a call that was interrupted; parts that close must not find the flag set
      if (Thread.interrupted()) {
        InterruptedException stopped = new InterruptedException("the bench was stopped");
        stopped.initCause(e);
        throw stopped;
      }
      throw e;
    }
  }

  private Sent send(
      Application.Parts parts, TemporaryHome home, BenchNetwork network, Sink sink, HeapWatch heap)
      throws IOException, InterruptedException {
    BenchCampaign campaign = new BenchCampaign(parts, screen);
    campaign.activate(network.policy());
    Path csv = home.directory().resolve("recipients.csv");
    BenchRecipients.write(csv, settings.recipients(), network.domains());
    BenchCampaign.Imported imported = campaign.importList(csv, settings.recipients());
    screen.say(
        String.format(
            Locale.ROOT,
            "imported %,d recipients, %,.0f rows/s",
            settings.recipients(),
            imported.rowsPerSecond()));
    long id =
        campaign.draft(imported.listId(), BenchContent.of(settings.bytes(), parts.composer()));
    ProcessHandle server =
        home.server().orElseThrow(() -> new BenchException("The database server has gone."));
    long sinkBefore = sink.messages();
    CpuTimes before = CpuTimes.now(server, sink.process());
    Duration took = campaign.send(id, settings.recipients());
    CpuTimes used = CpuTimes.now(server, sink.process()).minus(before);
    BenchStore store = new BenchStore(parts.database());
    BenchStore.Ledger ledger = store.ledger(id);
    screen.say(
        String.format(
            Locale.ROOT,
            "sent %,d messages in %.1f s",
            ledger.accepted(),
            BenchCampaign.seconds(took)));
    return new Sent(
        imported.rowsPerSecond(),
        took,
        used.perMessage(ledger.accepted()),
        heap.maxBytes(),
        ledger,
        sink.messages() - sinkBefore,
        store.synchronousCommit());
  }

  private BenchReport report(Sent sent, BenchReport.Limits limits) {
    double seconds = BenchCampaign.seconds(sent.took());
    double rate = BenchReport.rounded(sent.ledger().accepted() / seconds);
    return new BenchReport(
        MEASURE,
        settings.recipients(),
        settings.bytes(),
        settings.signed(),
        rate,
        sent.heapMaxBytes(),
        limits,
        BenchReport.Ratios.of(rate, limits),
        sent.cpu(),
        settings.connections(),
        BenchReport.rounded(seconds),
        BenchReport.rounded(sent.rowsPerSecond()),
        Runtime.getRuntime().maxMemory(),
        sent.ledger().accepted(),
        sent.sinkMessages(),
        checks(sent));
  }

  private List<Check> checks(Sent sent) {
    long recipients = settings.recipients();
    BenchStore.Ledger ledger = sent.ledger();
    return List.of(
        new Check(
            "every recipient's message is accepted",
            ledger.deliveries() == recipients && ledger.accepted() == recipients,
            String.format(Locale.ROOT, "%,d of %,d in PostgreSQL", ledger.accepted(), recipients)),
        new Check(
            "every acceptance has its attempt",
            ledger.attempts() == recipients,
            String.format(Locale.ROOT, "%,d attempts", ledger.attempts())),
        new Check(
            "the sink took each message once",
            sent.sinkMessages() == recipients,
            String.format(Locale.ROOT, "%,d messages", sent.sinkMessages())),
        new Check(
            "results were durable",
            sent.synchronousCommit().equals("on"),
            "synchronous_commit is " + sent.synchronousCommit()));
  }

  private Application start(TemporaryHome home, BenchNetwork network, Sink sink) {
    Configuration defaults =
        Configuration.defaults(
            Map.of(
                "PORTOLAN_DATABASE_DIRECTORY",
                home.database().toString(),
                "PORTOLAN_MAIL_HELO_NAME",
                BenchContent.DOMAIN));
    return Application.start(
        settings.signed() ? signing(defaults) : defaults,
        new Application.Surroundings(
            network.network(sink.port()),
            PUBLIC_URL,
            network.entries(),
            settings.signed() ? Map.of(KEY_VARIABLE, newKey()) : Map.of(),
            clock));
  }

  private static Configuration signing(Configuration configuration) {
    return new Configuration(
        configuration.database(),
        configuration.http(),
        configuration.mail(),
        configuration.dns(),
        configuration.dnsHealth(),
        configuration.paths(),
        configuration.watch(),
        configuration.intake(),
        configuration.scheduler(),
        configuration.relays(),
        List.of(
            new DkimConfiguration(
                Domain.parse(BenchContent.DOMAIN), "bench", "env:" + KEY_VARIABLE)),
        configuration.controlsFile(),
        configuration.ispsFile(),
        configuration.replyRules(),
        configuration.secretsDirectory());
  }

  /** An RSA key in PEM. */
  private static String newKey() {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(KEY_BITS);
      byte[] key = generator.generateKeyPair().getPrivate().getEncoded();
      return "-----BEGIN PRIVATE KEY-----\n"
          + Base64.getMimeEncoder(64, "\n".getBytes(StandardCharsets.US_ASCII)).encodeToString(key)
          + "\n-----END PRIVATE KEY-----\n";
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("the JDK makes no RSA keys", e);
    }
  }
}
