package io.portolan.api.bench;

import ch.qos.logback.classic.Level;
import io.portolan.api.application.Application;
import io.portolan.api.application.ConfiguredDatabase;
import io.portolan.api.application.EarlyEnd;
import io.portolan.api.cli.ConfigurationOption;
import io.portolan.api.configuration.Configuration.DatabaseConfiguration;
import io.portolan.api.sink.BenchException;
import io.portolan.core.relay.Secrets;
import io.portolan.metrics.seed.SeedPlan;
import io.portolan.metrics.seed.Seeder;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code portolan bench seed}: attempts that were never made, to measure reports over. */
@Command(
    name = "seed",
    description =
        "Fills the configured database with finished campaigns that were never sent, to measure"
            + " reports over: attempts, path failures and what counts them, but no recipients and"
            + " no mail.")
final class SeedCommand implements Callable<Integer> {
  private static final long MOST_ATTEMPTS = 1_000_000_000;
  private static final int MOST_CAMPAIGNS = 10_000;
  private static final int MOST_DAYS = 92;

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private ConfigurationOption file;

  @Option(
      names = "--attempts",
      paramLabel = "N",
      required = true,
      description = "How many attempts, 1 to 1,000,000,000.")
  private long attempts;

  @Option(
      names = "--campaigns",
      paramLabel = "N",
      defaultValue = "20",
      description = "Campaigns that share them, 1 to 10,000 (default: ${DEFAULT-VALUE}).")
  private int campaigns;

  @Option(
      names = "--days",
      paramLabel = "N",
      defaultValue = "30",
      description =
          "The days until now that they are spread over, 1 to 92 (default: ${DEFAULT-VALUE}).")
  private int days;

  @Option(
      names = "--directory",
      paramLabel = "DIR",
      description = "Fill an embedded database in this directory instead; it is made if need be.")
  private Optional<Path> directory = Optional.empty();

  @Option(
      names = "--among-campaigns",
      description =
          "Do it though the database has campaigns: their reports will be mixed with what is made"
              + " up.")
  private boolean amongCampaigns;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() {
    within("--attempts", attempts, MOST_ATTEMPTS);
    within("--campaigns", campaigns, Math.min(MOST_CAMPAIGNS, attempts));
    within("--days", days, MOST_DAYS);
    Map<String, String> environment = new HashMap<>(System.getenv());
    directory.ifPresent(
        path -> {
          environment.put("PORTOLAN_DATABASE_URL", "");
          environment.put("PORTOLAN_DATABASE_DIRECTORY", path.toAbsolutePath().toString());
        });
    DatabaseConfiguration configuration = file.read(environment).database();
    InstantSource clock = Application.systemClock();
    EarlyEnd.level("io.portolan", Level.WARN);
    EarlyEnd.level("io.zonky", Level.OFF);
    BenchScreen screen = new BenchScreen(spec.commandLine().getErr(), false);
    try (ConfiguredDatabase configured =
        ConfiguredDatabase.join(configuration, new Secrets(environment))) {
      String place =
          configuration
              .url()
              .orElseGet(() -> "the embedded server in " + configuration.directory());
      Seeder seeder = new Seeder(configured.database());
      if (seeder.hasCampaigns() && !amongCampaigns) {
        throw new BenchException(
            "The database ("
                + place
                + ") has campaigns, and what is made up here cannot be told from theirs in reports."
                + " Nothing was changed. Name another database, such as by --directory, or give"
                + " --among-campaigns if that is what you want.");
      }
      screen.say(
          String.format(
              Locale.ROOT,
              "Filling %s with %,d campaigns, %,d attempts together, within %d days. None of it was"
                  + " sent.",
              place,
              campaigns,
              attempts,
              days));
      SeedPlan plan =
          new SeedPlan(attempts, campaigns, days, clock.instant().truncatedTo(ChronoUnit.HOURS));
      long start = System.nanoTime();
      seeder.seed(plan, made -> screen.progress("seeding", made, attempts, since(start)));
      screen.say(
          String.format(
              Locale.ROOT,
              "Made %,d attempts in %.1f s. Look at them: portolan report --from %s --until %s",
              attempts,
              BenchCampaign.seconds(since(start)),
              plan.start(),
              plan.end()));
    }
    return 0;
  }

  private static Duration since(long startNanos) {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }

  private void within(String option, long value, long most) {
    if (value < 1 || value > most) {
      throw new ParameterException(
          spec.commandLine(),
          String.format(Locale.ROOT, "%s is %d; give 1 to %,d", option, value, most));
    }
  }
}
