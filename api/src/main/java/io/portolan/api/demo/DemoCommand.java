package io.portolan.api.demo;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import io.portolan.api.application.Application;
import io.portolan.api.application.EarlyEnd;
import io.portolan.api.application.TemporaryHome;
import io.portolan.api.node.Node;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code portolan demo}: a real campaign before one's eyes, in a simulated mail network. */
@Command(
    name = "demo",
    description = "Runs a campaign in a simulated mail network and checks that nothing is lost.")
public final class DemoCommand implements Callable<Integer> {
  private static final int FEWEST = 100;
  private static final int MOST = 200_000;

  @Option(
      names = "--recipients",
      paramLabel = "N",
      defaultValue = "2000",
      description = "How many recipients, 100 to 200,000 (default: ${DEFAULT-VALUE}).")
  private int recipients;

  @Option(
      names = "--exit",
      description = "Stop when done; the exit code is 0 only if every check held.")
  private boolean exit;

  @Option(
      names = "--report",
      paramLabel = "FILE",
      description = "Write counts and checks into this file, as JSON.")
  private Optional<Path> report = Optional.empty();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    if (recipients < FEWEST || recipients > MOST) {
      throw new ParameterException(
          spec.commandLine(), "--recipients is " + recipients + "; give 100 to 200000");
    }
    // what it has to tell the demo tells itself, and nothing may break into the progress
    EarlyEnd.level("io.portolan", Level.WARN);
    EarlyEnd.level("io.portolan.sender.path", Level.OFF);
    InstantSource clock = Application.systemClock();
    DemoScreen screen = new DemoScreen(spec.commandLine().getOut(), clock);
    EarlyEnd end = new EarlyEnd(Thread.currentThread());
    try (TemporaryHome home = TemporaryHome.create("demo")) {
      end.watch(home);
      DemoReport done =
          new Demo(recipients, screen, clock)
              .run(home, (made, node, campaignId) -> after(made, node, campaignId, screen));
      return done.allHeld() ? 0 : 1;
    } catch (InterruptedException e) {
      return EarlyEnd.EXIT_CODE;
    } catch (RuntimeException e) {
      if (end.hasBegun()) {
        return EarlyEnd.EXIT_CODE; // what broke broke because everything was being ended
      }
      throw e;
    } finally {
      end.close();
    }
  }

  private void after(DemoReport made, Node node, long campaignId, DemoScreen screen)
      throws IOException, InterruptedException {
    if (report.isPresent()) {
      new ObjectMapper()
          .enable(SerializationFeature.INDENT_OUTPUT)
          .writeValue(report.get().toFile(), made);
    }
    if (!exit) {
      screen.show(next(node, campaignId));
      new CountDownLatch(1).await();
    }
  }

  private static String next(Node node, long campaignId) {
    return """

    The API goes on at %1$s until you press Ctrl-C.
    Report page: %1$s/api/v1/reports/campaigns/%2$d?format=html (any user name, the API key as password)

    In another terminal:
      export PORTOLAN_URL=%1$s PORTOLAN_API_KEY=%3$s
    and then try
      ./portolan report %2$d
      ./portolan relay check %4$s     # port %5$d still times out
      ./portolan policy show
    """
        .formatted(
            node.url(),
            campaignId,
            node.firstKey().orElse(""),
            SimulatedWorld.RELAY,
            SimulatedWorld.BLOCKED_PORT);
  }
}
