package io.portolan.api.bench;

import io.portolan.api.application.Application;
import io.portolan.api.application.TemporaryHome;
import io.portolan.api.bench.BenchReport.Check;
import io.portolan.api.configuration.Configuration;
import io.portolan.api.configuration.Configuration.DkimConfiguration;
import io.portolan.api.profile.CpuProfile;
import io.portolan.api.profile.CpuTimes;
import io.portolan.api.sink.BenchException;
import io.portolan.api.sink.Sink;
import io.portolan.core.address.Domain;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** A whole bench. Not thread-safe; interrupting its thread ends it. */
final class Bench {
  private static final String KEY_VARIABLE = "BENCH_DKIM_KEY";
  private static final URI PUBLIC_URL = URI.create("https://portolan.test");

  private final BenchSettings settings;
  private final Optional<Path> profile;
  private final boolean bloat;
  private final BenchScreen screen;
  private final InstantSource clock;

  /**
   * @param profile where the recording of this process is kept, if it is
   * @param bloat whether to measure by how much the tables are larger than they need be
   */
  Bench(
      BenchSettings settings,
      Optional<Path> profile,
      boolean bloat,
      BenchScreen screen,
      InstantSource clock) {
    this.bloat = bloat;
    this.settings = settings;
    this.profile = profile;
    this.screen = screen;
    this.clock = clock;
  }

  /**
   * Runs a bench and ends everything that it started.
   *
   * @param home for its database; not deleted here
   * @throws BenchException if it cannot be run
   */
  BenchReport run(TemporaryHome home) throws IOException, InterruptedException {
    BenchSettings.Way way = settings.way();
    try (Sink sink = Sink.start(way.sink(), way.roundTrip(), home.directory())) {
      BenchReport.Measured sent = send(home, sink);
      BenchReport.Limits limits =
          new MachineLimits(settings, sink, screen).measure(home.directory());
      return BenchReport.of(BenchReport.SEND, settings, sent, limits);
    }
  }

  private BenchReport.Measured send(TemporaryHome home, Sink sink)
      throws IOException, InterruptedException {
    BenchNetwork network = new BenchNetwork(settings.way().connections());
    screen.say("starting PostgreSQL, the scheduler and the sender");
    try (Application application = start(home, network, sink.port(), settings.signed(), clock)) {
      BenchCampaign campaign = new BenchCampaign(application.parts(), screen);
      campaign.activate(network.policy());
      warmUp(campaign, network, home, application.parts());
      try (HeapWatch heap = new HeapWatch()) {
        return send(application.parts(), home, network, sink, heap);
      }
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

  private void warmUp(
      BenchCampaign campaign, BenchNetwork network, TemporaryHome home, Application.Parts parts)
      throws IOException, InterruptedException {
    int recipients = settings.warmUp();
    if (recipients > 0) {
      screen.say(String.format(Locale.ROOT, "warming up with %,d recipients", recipients));
      long list =
          imported(campaign, network, home.directory().resolve("warm-up.csv"), recipients).listId();
      campaign.send(
          campaign.draft(list, BenchContent.of(settings.bytes(), parts.composer())), recipients);
    }
  }

  static BenchCampaign.Imported imported(
      BenchCampaign campaign, BenchNetwork network, Path csv, int recipients) throws IOException {
    BenchRecipients.write(csv, recipients, network.domains());
    return campaign.importList(csv.getFileName().toString(), csv, recipients);
  }

  private BenchReport.Measured send(
      Application.Parts parts, TemporaryHome home, BenchNetwork network, Sink sink, HeapWatch heap)
      throws IOException, InterruptedException {
    BenchCampaign campaign = new BenchCampaign(parts, screen);
    BenchCampaign.Imported imported =
        imported(
            campaign, network, home.directory().resolve("recipients.csv"), settings.recipients());
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
    CpuTimes before = CpuTimes.now(Optional.of(server), Optional.of(sink.process()));
    Duration took;
    CpuTimes used;
    CpuProfile.Result cpu;
    try (CpuProfile recording = CpuProfile.start()) {
      took = campaign.send(id, settings.recipients());
      used = CpuTimes.now(Optional.of(server), Optional.of(sink.process())).minus(before);
      cpu = recording.stop(profile.orElse(home.directory().resolve("bench.jfr")));
    }
    BenchStore store = new BenchStore(parts.database());
    BenchStore.Ledger ledger = store.ledger(id);
    screen.say(
        String.format(
            Locale.ROOT,
            "sent %,d messages in %.1f s",
            ledger.accepted(),
            BenchCampaign.seconds(took)));
    return new BenchReport.Measured(
        ledger.accepted(),
        BenchCampaign.seconds(took),
        Optional.of(imported.rowsPerSecond()),
        heap.maxBytes(),
        BenchReport.CpuMicros.of(used, ledger.accepted()),
        CpuParts.of(used.portolan(), cpu, ledger.accepted()),
        profile.isPresent() ? cpu.hottest() : List.of(),
        sink.messages() - sinkBefore,
        bloat ? Optional.of(measured(store)) : Optional.empty(),
        checks(ledger, sink.messages() - sinkBefore, store, sink));
  }

  private double measured(BenchStore store) {
    screen.say("writing all tables anew to see how much smaller they get");
    return store.bloat();
  }

  private List<Check> checks(
      BenchStore.Ledger ledger, long sinkMessages, BenchStore store, Sink sink) throws IOException {
    long recipients = settings.recipients();
    String commits = store.synchronousCommit();
    List<Check> checks = new ArrayList<>();
    Check.ofBreaches(settings.way().sink(), sink.breaches()).ifPresent(checks::add);
    checks.addAll(
        List.of(
            new Check(
                "every recipient's message is accepted",
                ledger.deliveries() == recipients && ledger.accepted() == recipients,
                String.format(
                    Locale.ROOT, "%,d of %,d in PostgreSQL", ledger.accepted(), recipients)),
            new Check(
                "every acceptance has its attempt",
                ledger.attempts() == recipients,
                String.format(Locale.ROOT, "%,d attempts", ledger.attempts())),
            new Check(
                "the sink took each message once",
                sinkMessages == recipients,
                String.format(Locale.ROOT, "%,d messages", sinkMessages)),
            new Check(
                "results were durable", commits.equals("on"), "synchronous_commit is " + commits)));
    return checks;
  }

  /**
   * Starts a node over a new embedded database.
   *
   * @param sinkPort of the loopback, where all mail goes
   */
  static Application start(
      TemporaryHome home, BenchNetwork network, int sinkPort, boolean signed, InstantSource clock) {
    Configuration defaults =
        Configuration.defaults(
            Map.of(
                "PORTOLAN_DATABASE_DIRECTORY",
                home.database().toString(),
                "PORTOLAN_MAIL_HELO_NAME",
                BenchContent.DOMAIN));
    return Application.start(
        signed ? signing(defaults) : defaults,
        new Application.Surroundings(
            network.network(sinkPort),
            PUBLIC_URL,
            network.entries(),
            signed ? Map.of(KEY_VARIABLE, BenchKey.pem()) : Map.of(),
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
        configuration.guards(),
        configuration.reputationLimits(),
        configuration.scheduler(),
        configuration.relays(),
        List.of(
            new DkimConfiguration(
                Domain.parse(BenchContent.DOMAIN), BenchKey.SELECTOR, "env:" + KEY_VARIABLE)),
        configuration.controlsFile(),
        configuration.ispsFile(),
        configuration.replyRules(),
        configuration.secretsDirectory());
  }
}
