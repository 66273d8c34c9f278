package io.portolan.api.application;

import io.portolan.api.configuration.Configuration;
import io.portolan.api.configuration.ConfigurationException;
import io.portolan.api.feedback.ReplyRules;
import io.portolan.api.intake.Intake;
import io.portolan.api.schedule.ScheduledReports;
import io.portolan.core.access.InstallationStore;
import io.portolan.core.database.Database;
import io.portolan.core.delivery.ConnectionSlots;
import io.portolan.core.isp.DomainResolver;
import io.portolan.core.isp.IspDirectory;
import io.portolan.core.isp.IspEntry;
import io.portolan.core.policy.ActivePolicyCache;
import io.portolan.core.policy.PolicyCheck;
import io.portolan.core.policy.PolicySeed;
import io.portolan.core.recorder.ResultRecorder;
import io.portolan.core.relay.Secrets;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.core.suppression.SuppressionCheck;
import io.portolan.metrics.guardrail.Guardrails;
import io.portolan.metrics.guardrail.LateBounceWatch;
import io.portolan.metrics.registry.DeliveryMeters;
import io.portolan.scheduler.CampaignGatePoller;
import io.portolan.scheduler.CampaignScheduler;
import io.portolan.scheduler.Chore;
import io.portolan.scheduler.SchedulerParts;
import io.portolan.scheduler.SchedulerSettings;
import io.portolan.sender.dkim.DkimKey;
import io.portolan.sender.dkim.DkimKeys;
import io.portolan.sender.dns.MailHostFinder;
import io.portolan.sender.dnshealth.DnsHealth;
import io.portolan.sender.lane.LaneSender;
import io.portolan.sender.lane.RelayTrial;
import io.portolan.sender.lane.TestSender;
import io.portolan.sender.message.MessageComposer;
import io.portolan.sender.message.Tokens;
import io.portolan.sender.path.PathChoice;
import io.portolan.sender.path.PathHealth;
import io.portolan.sender.path.SharedHealth;
import io.portolan.sender.probe.ControlTargets;
import io.portolan.sender.probe.PortProbe;
import io.portolan.sender.smtp.SessionOpener;
import io.portolan.sender.watch.PathLooks;
import io.portolan.sender.watch.PortWatch;
import io.portolan.sender.wire.DeadlineWatch;
import java.net.URI;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One node of Portolan: everything but the HTTP server over it. Built in order by {@link #start}
 * and closed in reverse.
 */
public final class Application implements AutoCloseable {
  private static final Logger log = LoggerFactory.getLogger(Application.class);

  private static final int DNS_CONCURRENCY = 64;

  private final Closing closing;
  private final Parts parts;

  /** What the API, the demo and the bench work with. */
  public record Parts(
      Configuration configuration,
      Database database,
      Stores stores,
      IspDirectory isps,
      DomainResolver resolver,
      ActivePolicyCache policy,
      PathHealth paths,
      MessageComposer composer,
      Tokens tokens,
      CampaignScheduler scheduler,
      ResultRecorder recorder,
      Guardrails guardrails,
      TestSender tests,
      ScheduledReports scheduledReports,
      RelayTrial relayTrial,
      PortProbe probe,
      DnsHealth dnsHealth,
      DeliveryMeters meters,
      FeedbackParts feedback,
      Intake intake,
      InstantSource clock) {}

  /**
   * What surrounds a node.
   *
   * @param publicUrl where recipients reach the unsubscribe endpoint
   * @param isps added to the built-in directory and the configured file
   * @param environment the variables that secrets may name
   */
  public record Surroundings(
      Network network,
      URI publicUrl,
      List<IspEntry> isps,
      Map<String, String> environment,
      InstantSource clock) {}

  private Application(Closing closing, Parts parts) {
    this.closing = closing;
    this.parts = parts;
  }

  /**
   * Starts a node.
   *
   * @throws ConfigurationException if something configured cannot be; nothing stays open
   */
  public static Application start(Configuration configuration, Surroundings surroundings) {
    Closing closing = new Closing();
    try {
      Parts parts = parts(configuration, surroundings, closing);
      parts.scheduler().start();
      return new Application(closing, parts);
    } catch (RuntimeException e) {
      try {
        closing.close();
      } catch (RuntimeException onClose) {
        e.addSuppressed(onClose);
      }
      throw e;
    }
  }

  public Parts parts() {
    return parts;
  }

  /** The system's clock, for whoever starts a node; all else has time injected. */
  public static InstantSource systemClock() {
    return InstantSource.system();
  }

  @Override
  public void close() {
    closing.close();
  }

  private static Parts parts(
      Configuration configuration, Surroundings surroundings, Closing closing) {
    InstantSource clock = surroundings.clock();
    Network network = surroundings.network();
    Secrets secrets = new Secrets(surroundings.environment());
    SchedulerSettings scheduling = NodeSettings.scheduler(configuration);
    Database database =
        closing
            .add(ConfiguredDatabase.start(configuration.database(), secrets, scheduling.node()))
            .database();
    Stores stores = Stores.of(database, configuration, scheduling.node(), clock);
    stores.imports().failAbandoned();
    IspDirectory isps =
        configuration
            .ispsFile()
            .map(IspDirectory.builtIn()::withFile)
            .orElseGet(IspDirectory::builtIn)
            .with(surroundings.isps());
    stores.relays().configure(configuration.relays());
    configuration
        .intake()
        .unknownRelays(stores.relays().list().stream().map(it -> it.relay().name()).toList())
        .forEach(log::warn);
    stores
        .policies()
        .seed(
            PolicySeed.policy(),
            new PolicyCheck(id -> isps.find(id).isPresent(), stores.relays()),
            "portolan",
            "Start values from the published guidance of ISPs");
    DomainResolver resolver = new DomainResolver(isps, network.mx(), clock, DNS_CONCURRENCY);
    ActivePolicyCache policy = new ActivePolicyCache(stores.policies(), clock);
    PathHealth paths = new PathHealth(configuration.paths(), clock, scheduling.node());
    SharedHealth shared = closing.add(new SharedHealth(paths, stores.pathHealth()));
    shared.start();
    MailHostFinder hosts = new MailHostFinder(network.mx(), network.hosts(), new Random(), clock);
    SessionOpener sessions =
        new SessionOpener(network.dialer(), network.trust(), closing.add(new DeadlineWatch()));
    PortProbe probe =
        new PortProbe(
            network.hosts(),
            sessions,
            configuration
                .controlsFile()
                .map(ControlTargets::file)
                .orElseGet(ControlTargets::builtIn),
            configuration.mail().heloName(),
            clock);
    Tokens tokens = new Tokens(new InstallationStore(database).tokenKey());
    List<DkimKey> keys = SigningKeys.of(configuration, secrets);
    MessageComposer composer =
        new MessageComposer(
            NodeSettings.message(configuration.mail(), surroundings.publicUrl()),
            tokens,
            new DkimKeys(keys, configuration.mail().signatures()),
            clock,
            NodeSettings.room(configuration.mail()));
    DeliveryMeters meters = closing.add(new DeliveryMeters());
    Guardrails guardrails = new Guardrails(configuration.guards().guards(), clock);
    Alerts alerts = closing.add(Alerts.of(configuration.watch(), secrets, scheduling.node()));
    paths.onLoginRefused(alerts);
    ResultRecorder recorder =
        closing.add(
            new ResultRecorder(
                database,
                guardrails,
                (applied, failures) -> {
                  meters.recorded(applied, failures);
                  guardrails.recorded(applied, failures);
                  alerts.recorded(applied, failures);
                },
                clock,
                NodeSettings.recorder(configuration.guards().softBounces())));
    meters.watch("portolan.results.waiting", "Results that wait to be written", recorder::backlog);
    ReplyClassifier classifier = ReplyRules.classifier(configuration, isps);
    CampaignGatePoller gate = new CampaignGatePoller(database, clock);
    LaneSender sender =
        closing.add(
            new LaneSender(
                new LaneSender.Outbound(
                    new PathChoice(
                        paths,
                        stores.relays(),
                        Pacing.caps(database, scheduling.node(), clock),
                        clock),
                    hosts,
                    secrets,
                    sessions),
                new LaneSender.Rules(policy, isps::onPlatform, classifier, gate, guardrails),
                composer,
                new LaneSender.Shared(
                    recorder,
                    closing.add(new ConnectionSlots(database, scheduling.node())),
                    closing.add(Pacing.paces(stores, policy, clock)),
                    closing.add(SuppressionCheck.started(database, clock))),
                Pacing.laneSettings(configuration.mail(), scheduling.node()),
                clock));
    for (LaneSender.Held reason : LaneSender.Held.values()) {
      meters.watch(
          "portolan.lanes.held",
          "Platforms and domains whose mail is held",
          List.of("reason", reason.id()),
          () -> sender.lanesHeld(reason));
    }
    meters.watch(
        "portolan.relays.held",
        "Relays whose mail is held because they refuse our login or our mail",
        () -> paths.holds().size());
    TestSender tests = sender.testSender(resolver);
    ScheduledReports scheduledReports =
        closing.add(
            ScheduledReports.of(database, scheduling.node(), stores, tests, secrets, clock));
    LateBounceWatch lateBounces =
        new LateBounceWatch(database, configuration.guards().guards(), clock, guardrails::alarm);
    FeedbackParts feedback =
        FeedbackParts.of(
            database,
            tokens,
            classifier,
            isps,
            configuration.guards().softBounces(),
            lateBounces,
            alerts,
            clock);
    meters.watch(
        "portolan.feedback.unsettled",
        "Feedback that cannot be applied, and is tried again",
        feedback.inbox()::unsettled);
    HoldNews news = new HoldNews(stores.holdEvents(), alerts::held, clock);
    List<Chore> chores =
        new ArrayList<>(Chores.of(configuration, database, stores, isps, paths, clock));
    chores.add(Chores.complaints(configuration, database, stores, guardrails, clock));
    chores.add(new Chore("look at late bounces", LateBounceWatch.EVERY, lateBounces::look));
    chores.add(news.chore());
    chores.add(feedback.settling());
    chores.add(new Chore("send scheduled reports", ScheduledReports.EVERY, scheduledReports::wake));
    CampaignScheduler scheduler =
        closing.add(
            new CampaignScheduler(
                new SchedulerParts(database, resolver, sender, gate, clock, chores), scheduling));
    closing.add(
        watch(
            new Watched(paths, probe, sessions, network, policy),
            configuration,
            stores,
            alerts,
            scheduling.node(),
            clock));
    guardrails.onAlarm(new Holding(stores.holds(), gate, scheduler, news));
    DnsHealth dnsHealth =
        closing.add(
            new DnsChecking(
                    configuration,
                    network.records(),
                    stores.dnsHealth(),
                    keys,
                    policy::directSources,
                    clock)
                .start(scheduling.node(), alerts));
    return new Parts(
        configuration,
        database,
        stores,
        isps,
        resolver,
        policy,
        paths,
        composer,
        tokens,
        scheduler,
        recorder,
        guardrails,
        tests,
        scheduledReports,
        sender.relayTrial(),
        probe,
        dnsHealth,
        meters,
        feedback,
        closing.add(
            feedback.intake(
                configuration,
                tokens,
                new Intake.Surroundings(
                    database, network.trust(), secrets, meters, scheduling.node(), clock))),
        clock);
  }

  /** What the watch on ports works with. */
  private record Watched(
      PathHealth paths,
      PortProbe probe,
      SessionOpener sessions,
      Network network,
      ActivePolicyCache policy) {}

  private static PortWatch watch(
      Watched watched,
      Configuration configuration,
      Stores stores,
      Alerts alerts,
      String node,
      InstantSource clock) {
    PortWatch watch =
        new PortWatch(
            watched.paths(),
            new PathLooks(
                watched.paths(),
                stores.pathHealth(),
                stores.relays(),
                new PathLooks.Vantage(
                    node,
                    configuration.mail().heloName(),
                    watched.network().hosts(),
                    watched.sessions()),
                clock),
            stores.verdicts(),
            watched.probe(),
            new PortWatch.Settings(
                configuration.paths(),
                configuration.watch().every(),
                node,
                watched.policy()::ports,
                alerts),
            clock);
    watch.start();
    return watch;
  }
}
