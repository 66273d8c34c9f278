package io.portolan.api.bench;

import io.portolan.api.application.Application;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Sends a campaign as its options say. */
abstract class SendOptions implements Callable<Integer> {
  private static final int MOST_RECIPIENTS = 5_000_000;

  @Option(
      names = "--recipients",
      paramLabel = "N",
      defaultValue = "50000",
      description = "How many recipients, 1 to 5,000,000 (default: ${DEFAULT-VALUE}).")
  private int recipients;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Send a campaign to so many recipients first that is not counted, 0 to 5,000,000, so that"
              + " the JVM has compiled its code (default: none).")
  private int warmUp;

  @Option(names = "--signed", description = "Sign with DKIM, by an RSA key of 2,048 bits.")
  private boolean signed;

  @Option(
      names = "--bloat",
      description =
          "Afterwards write all tables anew and say by how much they were larger than need be.")
  private boolean bloat;

  @Mixin private final WayOptions way = new WayOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    WayOptions.within(spec, "--recipients", recipients, 1, MOST_RECIPIENTS);
    WayOptions.within(spec, "--warm-up", warmUp, 0, MOST_RECIPIENTS);
    BenchSettings settings = way.settings(spec, recipients, warmUp, signed);
    Optional<Path> profile = way.profile(spec);
    return BenchRun.of(
        spec,
        way.json(),
        (home, screen) ->
            BenchRun.Result.of(
                new Bench(settings, profile, bloat, screen, Application.systemClock()).run(home),
                way.json()));
  }
}
