package io.portolan.api.bench;

import io.portolan.api.application.Application;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code portolan bench exchange}: how fast this machine speaks SMTP. */
@Command(
    name = "exchange",
    description =
        "Sends messages over sessions alone, without database, scheduler and policy, and measures"
            + " it.")
final class ExchangeCommand implements Callable<Integer> {
  private static final int MOST_MESSAGES = 50_000_000;

  @Option(
      names = "--messages",
      paramLabel = "N",
      defaultValue = "100000",
      description = "How many messages, 1 to 50,000,000 (default: ${DEFAULT-VALUE}).")
  private int messages;

  @Option(
      names = "--warm-up",
      paramLabel = "N",
      defaultValue = "0",
      description =
          "Send so many messages first that are not counted, 0 to 50,000,000 (default: none).")
  private int warmUp;

  @Option(
      names = "--compose",
      description =
          "Compose each message and sign it with DKIM, by an RSA key of 2,048 bits, while sending;"
              + " otherwise unsigned ones are made before.")
  private boolean compose;

  @Mixin private final WayOptions way = new WayOptions();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    WayOptions.within(spec, "--messages", messages, 1, MOST_MESSAGES);
    WayOptions.within(spec, "--warm-up", warmUp, 0, MOST_MESSAGES);
    BenchSettings settings = way.settings(spec, messages, warmUp, compose);
    Optional<Path> profile = way.profile(spec);
    return BenchRun.of(
        spec,
        way.json(),
        (home, screen) ->
            BenchRun.Result.of(
                new ExchangeBench(settings, profile, screen, Application.systemClock()).run(home),
                way.json()));
  }
}
