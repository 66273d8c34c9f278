package io.portolan.api.cli;

import io.portolan.api.application.Application;
import io.portolan.api.configuration.Configuration;
import io.portolan.api.node.Node;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code portolan serve}: the product. */
@Command(name = "serve", description = "Runs Portolan until it is stopped.")
final class ServeCommand implements Callable<Integer> {
  private static final Logger log = LoggerFactory.getLogger(ServeCommand.class);

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private ConfigurationOption file;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws InterruptedException {
    Configuration configuration = file.read(System.getenv());
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
    if (configuration.http().publicUrl().isEmpty()) {
      log.warn(
          "http.public-url is not set: unsubscribe links lead to this machine, where recipients do not get. Set it before you send to others.");
    }
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
