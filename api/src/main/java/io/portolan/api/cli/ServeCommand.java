package io.portolan.api.cli;

import io.portolan.api.application.Application;
import io.portolan.api.configuration.Configuration;
import io.portolan.api.configuration.Configuration.MailConfiguration;
import io.portolan.api.node.Node;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
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

  private static final Duration START = Duration.ofSeconds(15);

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
    CompletableFuture<Optional<Node>> started = new CompletableFuture<>();
    Thread starting = Thread.currentThread();
    Runtime.getRuntime()
        .addShutdownHook(
            new Thread(
                () -> {
                  awaited(started, starting).ifPresent(Node::close);
                  stopped.countDown();
                },
                "stop"));
    Node node;
    try {
      node = Node.start(configuration, System.getenv(), Application.systemClock());
      started.complete(Optional.of(node));
    } finally {
      // of a start that failed nothing is open
      started.complete(Optional.empty());
    }
    warnings(configuration).forEach(log::warn);
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

  /** What has to be set before mail goes to others. */
  private static List<String> warnings(Configuration configuration) {
    List<String> warnings = new ArrayList<>();
    if (configuration.http().publicUrl().isEmpty()) {
      warnings.add(
          "http.public-url is not set: unsubscribe links lead to this machine, where recipients do not get. Set it before you send to others.");
    }
    MailConfiguration mail = configuration.mail();
    warnings.addAll(warnings(mail.heloName(), mail.bounceDomain().name()));
    return warnings;
  }

  static List<String> warnings(String helo, String bounces) {
    List<String> warnings = new ArrayList<>();
    if (!isKnownToOthers(helo)) {
      warnings.add(
          "mail.helo-name is \""
              + helo
              + "\", which is no full name of a host that others can look up: many refuse such a sender. Set it before you send to others.");
    }
    if (!isKnownToOthers(bounces)) {
      warnings.add(
          "mail.bounce-domain is \""
              + bounces
              + "\", which no other host can look up: bounces are lost, and many refuse such a sender. Set it before you send to others.");
    }
    return warnings;
  }

  private static boolean isKnownToOthers(String name) {
    return name.indexOf('.') > 0
        && !name.matches("[0-9.]+")
        && !name.endsWith(".localdomain")
        && !name.endsWith(".localhost")
        && !name.endsWith(".local")
        && !name.endsWith(".internal");
  }

  /**
   * The node once it has started; a start is let finish, since a database that is being made must
   * not be left half made.
   */
  private static Optional<Node> awaited(
      CompletableFuture<Optional<Node>> started, Thread starting) {
    try {
      return started.get(START.toSeconds(), TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      starting.interrupt();
      return started
          .completeOnTimeout(Optional.empty(), START.toSeconds(), TimeUnit.SECONDS)
          .join();
    } catch (ExecutionException | InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private void say(String text) {
    spec.commandLine().getOut().println(text);
    spec.commandLine().getOut().flush();
  }
}
