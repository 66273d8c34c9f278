package io.portolan.api.cli;

import io.portolan.api.configuration.ConfigurationReference;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code portolan config}: a configuration file to begin with. */
@Command(
    name = "config",
    description = "Prints a configuration file with every key, its meaning and its default.")
final class ConfigCommand implements Callable<Integer> {
  @Option(names = "--markdown", description = "Print docs/configuration.md instead.")
  private boolean markdown;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() {
    spec.commandLine()
        .getOut()
        .print(markdown ? ConfigurationReference.markdown() : ConfigurationReference.yaml());
    spec.commandLine().getOut().flush();
    return 0;
  }
}
