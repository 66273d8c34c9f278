package io.portolan.api.bench;

import ch.qos.logback.classic.Level;
import com.fasterxml.jackson.core.JsonProcessingException;
import io.portolan.api.application.Application;
import io.portolan.api.application.EarlyEnd;
import io.portolan.api.application.TemporaryHome;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code portolan bench}: how fast this machine sends a campaign. */
@Command(
    name = "bench",
    description = "Sends a campaign into smtp-sink from end to end and measures it.",
    subcommands = SeedCommand.class)
public final class BenchCommand implements Callable<Integer> {
  private static final int MOST_RECIPIENTS = 5_000_000;
  private static final int FEWEST_BYTES = 2_048;
  private static final int MOST_BYTES = 1_048_576;
  private static final int MOST_CONNECTIONS = 400;

  @Option(
      names = "--recipients",
      paramLabel = "N",
      defaultValue = "50000",
      description = "How many recipients, 1 to 5,000,000 (default: ${DEFAULT-VALUE}).")
  private int recipients;

  @Option(
      names = "--bytes",
      paramLabel = "N",
      defaultValue = "2048",
      description = "Size of a message, 2,048 to 1,048,576 bytes (default: ${DEFAULT-VALUE}).")
  private int bytes;

  @Option(names = "--signed", description = "Sign with DKIM, by an RSA key of 2,048 bits.")
  private boolean signed;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "20",
      description = "SMTP connections at a time, 1 to 400 (default: ${DEFAULT-VALUE}).")
  private int connections;

  @Option(
      names = "--limits",
      paramLabel = "WHICH",
      defaultValue = "usual",
      description =
          "Limits of this machine to measure too: none, usual (smtp-source and OpenSSL), or all"
              + " (a Postfix queue too, as root) (default: ${DEFAULT-VALUE}).")
  private String limits = "";

  @Option(names = "--json", description = "Print the result as JSON, for scripts.")
  private boolean json;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    BenchSettings settings = settings();
    // what it has to tell the bench tells itself, and nothing may break into the progress
    EarlyEnd.level("io.portolan", Level.WARN);
    // a server that takes long to stop is ended with its home
    EarlyEnd.level("io.zonky", Level.OFF);
    BenchScreen screen = new BenchScreen(spec.commandLine().getErr(), json);
    EarlyEnd end = new EarlyEnd(Thread.currentThread());
    try (TemporaryHome home = TemporaryHome.create("bench")) {
      end.watch(home);
      BenchReport report = new Bench(settings, screen, Application.systemClock()).run(home);
      print(report);
      return report.allHeld() ? 0 : 1;
    } catch (InterruptedException e) {
      return EarlyEnd.EXIT_CODE;
    } catch (IOException | RuntimeException e) {
      if (end.hasBegun()) {
        return EarlyEnd.EXIT_CODE; // what broke broke because everything was being ended
      }
      throw e;
    } finally {
      end.close();
    }
  }

  private BenchSettings settings() {
    within("--recipients", recipients, 1, MOST_RECIPIENTS);
    within("--bytes", bytes, FEWEST_BYTES, MOST_BYTES);
    within("--connections", connections, 1, MOST_CONNECTIONS);
    LimitsMode mode =
        switch (limits.toLowerCase(Locale.ROOT)) {
          case "none" -> LimitsMode.NONE;
          case "usual" -> LimitsMode.USUAL;
          case "all" -> LimitsMode.ALL;
          default -> throw refused("--limits is \"" + limits + "\"; give none, usual or all");
        };
    return new BenchSettings(recipients, bytes, signed, connections, mode);
  }

  private void within(String option, int value, int least, int most) {
    if (value < least || value > most) {
      throw refused(option + " is " + value + "; give " + least + " to " + most);
    }
  }

  private ParameterException refused(String message) {
    return new ParameterException(spec.commandLine(), message);
  }

  private void print(BenchReport report) throws JsonProcessingException {
    PrintWriter out = spec.commandLine().getOut();
    out.println(json ? report.json() : report.text());
    out.flush();
  }
}
