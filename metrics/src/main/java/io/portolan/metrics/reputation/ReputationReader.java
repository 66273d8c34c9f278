package io.portolan.metrics.reputation;

import io.portolan.core.database.AtOnce;
import io.portolan.core.dnshealth.DnsHealthStore;
import io.portolan.core.relay.RelayStore;
import io.portolan.core.relay.StoredRelay;
import io.portolan.metrics.report.Rate;
import io.portolan.metrics.report.Report.Interval;
import io.portolan.metrics.reputation.Distance.Unseen;
import io.portolan.metrics.reputation.Reputation.Filter;
import io.portolan.metrics.reputation.Threshold.Scope;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Function;

/** Makes the reputation report from the rollups and the latest findings on the DNS. Thread-safe. */
public final class ReputationReader {
  /** More than anybody reads. */
  static final int MOST_SIGNALS = 500;

  private final ReputationStore store;
  private final DnsHealthStore dnsHealth;
  private final RelayStore relays;
  private final Thresholds thresholds;

  /**
   * @param thresholds that rates are held against
   */
  public ReputationReader(
      ReputationStore store, DnsHealthStore dnsHealth, RelayStore relays, Thresholds thresholds) {
    this.store = store;
    this.dnsHealth = dnsHealth;
    this.relays = relays;
    this.thresholds = thresholds;
  }

  /**
   * The report.
   *
   * @param at a time in the last hour that is counted
   */
  public Reputation read(Filter filter, Window window, Instant at) {
    Instant hour = at.truncatedTo(ChronoUnit.HOURS);
    Instant until = hour.equals(at) ? at : hour.plus(1, ChronoUnit.HOURS);
    return AtOnce.read(
        () -> store.byDay(filter, until),
        () -> store.bySender(filter, until),
        (days, senders) -> reputation(filter, window, until, days, senders));
  }

  private Reputation reputation(
      Filter filter,
      Window window,
      Instant until,
      List<Interval> days,
      Map<SignalKey, History> senders) {
    DnsIdentity dns = new DnsIdentity(dnsHealth.latest(DnsHealthStore.Filter.ALL));
    List<Signal> signals = new ArrayList<>();
    senders.forEach(
        (key, history) -> {
          if (history.of(window.now()).attempts() > 0) {
            signals.add(Signal.of(key, history, window, dns));
          }
        });
    signals.sort(worstFirst());
    return new Reputation(
        until,
        window,
        filter,
        signals.stream().limit(MOST_SIGNALS).toList(),
        thresholds,
        distances(signals),
        days,
        signals.size() <= MOST_SIGNALS);
  }

  private static Comparator<Signal> worstFirst() {
    return Comparator.comparingDouble(
            (Signal signal) ->
                signal.overall().score().map(Score::value).orElse(Double.POSITIVE_INFINITY))
        .thenComparing(Comparator.comparingLong((Signal it) -> it.counts().attempts()).reversed())
        .thenComparing(signal -> signal.key().toString());
  }

  private List<Distance> distances(List<Signal> signals) {
    Map<String, String> services = new HashMap<>();
    for (StoredRelay stored : relays.list()) {
      stored.relay().service().ifPresent(service -> services.put(stored.relay().name(), service));
    }
    List<Distance> distances = new ArrayList<>();
    for (Threshold threshold : thresholds.all()) {
      distances.addAll(
          threshold.scope() == Scope.ISP
              ? distances(
                  threshold,
                  signals,
                  key ->
                      key.platform().equals(threshold.owner())
                          ? Optional.of(key.domain())
                          : Optional.empty())
              : distances(
                  threshold,
                  signals,
                  key ->
                      threshold.owner().equals(services.get(key.route()))
                              || (key.isByRelay() && threshold.owner().equals(key.route()))
                          ? Optional.of(key.route())
                          : Optional.empty()));
    }
    return distances;
  }

  /**
   * @param subject what a sender's counts belong to; empty where the limit is not about it
   */
  private static List<Distance> distances(
      Threshold threshold, List<Signal> signals, Function<SignalKey, Optional<String>> subject) {
    Map<String, Seen> seen = new TreeMap<>();
    for (Signal signal : signals) {
      subject
          .apply(signal.key())
          .ifPresent(name -> seen.merge(name, Seen.of(threshold.measure(), signal), Seen::plus));
    }
    return seen.entrySet().stream()
        .map(
            entry ->
                Distance.of(
                    threshold, entry.getKey(), entry.getValue().rate(), entry.getValue().unseen()))
        .toList();
  }

  /** A rate with what it is not of. */
  private record Seen(Rate rate, Unseen unseen) {
    private static Seen of(Component measure, Signal signal) {
      Rate rate = measure.rate(signal.counts(), signal.key().isByRelay());
      long messages = measure.unseen(signal.counts());
      return new Seen(
          rate,
          messages == 0
              ? Unseen.NOTHING
              : new Unseen(
                  messages, ComponentScore.unseen(measure, signal.key(), signal.counts())));
    }

    private Seen plus(Seen other) {
      return new Seen(
          Rate.of(rate.count() + other.rate.count(), rate.of() + other.rate.of()),
          unseen.plus(other.unseen));
    }
  }
}
