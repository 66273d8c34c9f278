package io.portolan.api.cli;

import io.portolan.api.application.Application;
import io.portolan.api.configuration.Configuration;
import io.portolan.api.node.Node;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code portolan serve}: the product. */
@Command(name = "serve", description = "Runs Portolan until it is stopped.")
final class ServeCommand implements Callable<Integer> {
  private static final Path USUAL = Path.of("portolan.yaml");

  @Option(
      names = "--config",
      paramLabel = "FILE",
      description = "Configuration; portolan.yaml in this directory if it is there.")
  private Optional<Path> config = Optional.empty();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    Optional<Path> file = config.or(() -> Optional.of(USUAL).filter(Files::isRegularFile));
    Configuration configuration =
        file.map(path -> Configuration.read(path, System.getenv()))
            .orElseGet(() -> Configuration.defaults(System.getenv()));
    CountDownLatch stopped = new CountDownLatch(1);
    Node node = Node.start(configuration, System.getenv(), Application.systemClock());
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  node.close();
                  stopped.countDown();
                },
                "stop"));
    say("Portolan serves at " + node.url() + " (API: " + node.url() + "/docs/openapi.yaml).");
    node.firstKey()
        .ifPresent(
            secret ->
                say(
                    "The first API key, with the role admin, is shown this once:\n\n  export PORTOLAN_API_KEY="
                        + secret
                        + "\n"));
    stopped.await();
    return 0;
  }

  private void say(String text) {
    spec.commandLine().getOut().println(text);
    spec.commandLine().getOut().flush();
  }
}
