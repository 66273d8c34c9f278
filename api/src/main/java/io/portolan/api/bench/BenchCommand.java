package io.portolan.api.bench;

import io.portolan.api.goals.GoalsCommand;
import io.portolan.api.sink.SinkCommand;
import picocli.CommandLine.Command;

/** {@code portolan bench}: what this machine can do. By itself it does what {@code send} does. */
@Command(
    name = "bench",
    description = "Measures what this machine can do. Without a subcommand it does what send does.",
    subcommands = {
      SendCommand.class,
      ExchangeCommand.class,
      ImportCommand.class,
      StartCommand.class,
      GoalsCommand.class,
      SeedCommand.class,
      SinkCommand.class
    })
public final class BenchCommand extends SendOptions {}
