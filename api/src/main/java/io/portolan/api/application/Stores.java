package io.portolan.api.application;

import io.portolan.api.configuration.Configuration;
import io.portolan.core.access.ApiKeyStore;
import io.portolan.core.access.IdempotencyStore;
import io.portolan.core.campaign.CampaignStore;
import io.portolan.core.campaign.TemplateStore;
import io.portolan.core.database.Database;
import io.portolan.core.dnshealth.DnsHealthStore;
import io.portolan.core.guard.HoldEventStore;
import io.portolan.core.guard.HoldStore;
import io.portolan.core.list.ImportStore;
import io.portolan.core.list.ListStore;
import io.portolan.core.list.RecipientStore;
import io.portolan.core.matching.FeedbackStore;
import io.portolan.core.pace.PaceStore;
import io.portolan.core.pace.WarmUpStore;
import io.portolan.core.path.PathHealthStore;
import io.portolan.core.path.PortVerdictStore;
import io.portolan.core.policy.PolicyStore;
import io.portolan.core.progress.DeliveryStore;
import io.portolan.core.progress.ProgressStore;
import io.portolan.core.relay.RelayReporting;
import io.portolan.core.relay.RelayStore;
import io.portolan.core.suppression.SuppressionStore;
import io.portolan.metrics.report.BreakdownStore;
import io.portolan.metrics.report.LoopProof;
import io.portolan.metrics.report.ReportStore;
import io.portolan.metrics.reputation.ReputationReader;
import io.portolan.metrics.reputation.ReputationStore;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** The stores over one database, and what is read by them. All are thread-safe. */
public record Stores(
    ListStore lists,
    RecipientStore recipients,
    ImportStore imports,
    SuppressionStore suppressions,
    TemplateStore templates,
    CampaignStore campaigns,
    ProgressStore progress,
    DeliveryStore deliveries,
    RelayStore relays,
    PolicyStore policies,
    ApiKeyStore apiKeys,
    IdempotencyStore idempotency,
    ReportStore reports,
    BreakdownStore breakdowns,
    HoldStore holds,
    HoldEventStore holdEvents,
    PathHealthStore pathHealth,
    PortVerdictStore verdicts,
    PaceStore paces,
    WarmUpStore warmUps,
    DnsHealthStore dnsHealth,
    FeedbackStore feedback,
    ReputationReader reputations,
    RelayReporting relayReporting,
    LoopProof loops) {

  static Stores of(
      Database database, Configuration configuration, String node, InstantSource clock) {
    String network = configuration.watch().network();
    RelayStore relays = new RelayStore(database, clock);
    DnsHealthStore dnsHealth = new DnsHealthStore(database, network);
    RelayReporting reporting = configuration.intake().reporting(relays);
    LoopProof loops = LoopProof.of(configuration.intake().loops(), reporting);
    return new Stores(
        new ListStore(database, clock),
        new RecipientStore(database),
        new ImportStore(database, clock),
        new SuppressionStore(database),
        new TemplateStore(database, clock),
        new CampaignStore(database, clock),
        new ProgressStore(database),
        new DeliveryStore(database),
        relays,
        new PolicyStore(database, clock),
        new ApiKeyStore(database, clock),
        new IdempotencyStore(database, clock),
        new ReportStore(database, clock, loops),
        new BreakdownStore(database, loops),
        new HoldStore(database),
        new HoldEventStore(database),
        new PathHealthStore(database, network),
        new PortVerdictStore(database, network),
        new PaceStore(database, node),
        new WarmUpStore(database),
        dnsHealth,
        new FeedbackStore(database),
        new ReputationReader(
            new ReputationStore(database, loops),
            dnsHealth,
            relays,
            configuration.reputationLimits()),
        reporting,
        loops);
  }

  /** Forgets how paths stood longer ago than attempts are kept. */
  void forgetTransitions(int days, InstantSource clock) {
    Instant oldest = clock.instant().minus(Duration.ofDays(days));
    pathHealth.expire(oldest);
    verdicts.expire(oldest);
    paces.expire(oldest);
    dnsHealth.expire(oldest);
    feedback.expire(oldest);
  }
}
