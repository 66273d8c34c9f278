package io.portolan.metrics.registry;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.portolan.core.delivery.Attempt;
import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.delivery.DeliveryOutcome.Accepted;
import io.portolan.core.delivery.PathFailure;
import io.portolan.core.policy.Path;
import io.portolan.core.recorder.RecordedResult;
import io.portolan.core.recorder.ResultListener;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Counters of what was recorded, for Prometheus. Tags are platform (the ISP directory and "other"),
 * route and port (the policy's paths), outcome and category: closed sets. Campaigns, addresses and
 * domains are in tables.
 *
 * <p>Thread-safe.
 */
public final class DeliveryMeters implements ResultListener, AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics gc = new JvmGcMetrics();

  public DeliveryMeters() {
    new JvmMemoryMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    gc.bindTo(registry);
  }

  @Override
  public void recorded(List<RecordedResult> applied, List<PathFailure> pathFailures) {
    DistributionSummary.builder("portolan.results.group")
        .description("Results committed in one transaction")
        .register(registry)
        .record(applied.size());
    applied.forEach(this::count);
    pathFailures.forEach(
        failure ->
            count(
                "portolan.path.failures",
                "Paths that could not be opened or broke before the end of data",
                path(failure.platform(), Optional.of(failure.path())).and("kind", failure.kind())));
  }

  /** Watches a number, such as the results that wait to be written. */
  public void watch(String name, String description, Supplier<Number> value) {
    watch(name, description, List.of(), value);
  }

  /**
   * Watches a number of a kind, such as what is held for one reason.
   *
   * @param tags names and values in turn, of closed sets
   */
  public void watch(String name, String description, List<String> tags, Supplier<Number> value) {
    Gauge.builder(name, value)
        .description(description)
        .tags(tags.toArray(String[]::new))
        .register(registry);
  }

  /**
   * Watches a number that only grows, such as the mails that came back.
   *
   * @param tags names and values in turn, of closed sets
   */
  public void watchTotal(
      String name, String description, List<String> tags, Supplier<Number> value) {
    FunctionCounter.builder(name, value, each -> each.get().doubleValue())
        .description(description)
        .tags(tags.toArray(String[]::new))
        .register(registry);
  }

  /** The text format of Prometheus. */
  public String scrape() {
    return registry.scrape();
  }

  @Override
  public void close() {
    gc.close();
    registry.close();
  }

  private void count(RecordedResult result) {
    DeliveryOutcome outcome = result.outcome();
    Tags path = path(result.platform(), outcome.attemptMade().map(Attempt::path));
    count(
        "portolan.results",
        "Results of deliveries",
        path.and("outcome", outcome.label()).and("category", outcome.cause().orElse("none")));
    if (outcome instanceof Accepted accepted) {
      Timer.builder("portolan.exchange")
          .description("From MAIL to acceptance")
          .tags(path)
          .publishPercentileHistogram()
          .register(registry)
          .record(accepted.attempt().exchange());
    }
  }

  private void count(String name, String description, Tags tags) {
    Counter.builder(name).description(description).tags(tags).register(registry).increment();
  }

  private static Tags path(String platform, Optional<Path> path) {
    return Tags.of(
        "platform", platform,
        "route", path.map(Path::route).orElse("none"),
        "port", path.map(Path::port).map(String::valueOf).orElse("none"));
  }
}
