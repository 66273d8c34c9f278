package io.portolan.api.goals;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.portolan.api.goals.Goal.Run;
import io.portolan.api.goals.Goal.Verdict;
import io.portolan.api.sink.OwnProcess;
import io.portolan.core.json.Json;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** {@code portolan bench goals}: measures all that there are goals for and says which are held. */
@Command(
    name = "goals",
    description =
        "Runs the benches that there are goals for, one after another, each in a JVM of its own,"
            + " and says which goals are held. All of them take about a quarter of an hour.")
public final class GoalsCommand implements Callable<Integer> {
  private static final int MOST = 10_000;
  private static final ObjectMapper MAPPER = Json.configure(JsonMapper.builder()).build();

  /** The longest takes some minutes; one that hangs is ended. */
  private static final Duration MOST_TIME = Duration.ofHours(1);

  @Option(
      names = "--only",
      paramLabel = "NAME",
      split = ",",
      description = "These goals alone, separated by commas; all if none is named.")
  private List<String> only = List.of();

  @Option(
      names = "--divide-by",
      paramLabel = "N",
      defaultValue = "1",
      description =
          "Send and import so many times fewer, 1 to 10,000, to see that it runs; the figures then"
              + " say little (default: ${DEFAULT-VALUE}).")
  private int divideBy;

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException, InterruptedException {
    List<Goal> wanted = wanted();
    if (divideBy < 1 || divideBy > MOST) {
      throw new ParameterException(
          spec.commandLine(), "--divide-by is " + divideBy + "; give 1 to " + MOST);
    }
    // a bench cleans up when it is told to end
    Thread farewell =
        new Thread(
            () -> ProcessHandle.current().children().forEach(ProcessHandle::destroy), "stop");
    Runtime.getRuntime().addShutdownHook(farewell);
    PrintWriter out = spec.commandLine().getOut();
    boolean allHeld = true;
    for (Goal goal : wanted) {
      Verdict verdict = measure(goal);
      allHeld &= verdict.held().orElse(false);
      out.printf(
          Locale.ROOT,
          "%-13s %s%n              goal   %s%n              figure %s%n",
          verdict.word(),
          goal.measure(),
          goal.target(),
          verdict.figure());
      out.flush();
    }
    Runtime.getRuntime().removeShutdownHook(farewell);
    return allHeld ? 0 : 1;
  }

  private List<Goal> wanted() {
    for (String name : only) {
      if (Goals.ALL.stream().noneMatch(goal -> goal.name().equals(name))) {
        throw new ParameterException(
            spec.commandLine(),
            "--only is \""
                + name
                + "\", which is no goal; there are "
                + Goals.ALL.stream().map(Goal::name).collect(Collectors.joining(", ")));
      }
    }
    return Goals.ALL.stream().filter(goal -> only.isEmpty() || only.contains(goal.name())).toList();
  }

  private Verdict measure(Goal goal) throws IOException, InterruptedException {
    List<JsonNode> reports = new ArrayList<>();
    boolean sound = true;
    for (Run run : goal.runs()) {
      Run smaller = new Run(run.jvmOptions(), divided(run.arguments(), divideBy));
      PrintWriter err = spec.commandLine().getErr();
      err.println(smaller.command());
      err.flush();
      Process process = process(smaller);
      String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      int code = process.waitFor();
      Optional<JsonNode> report = report(said);
      if (report.isEmpty()) {
        return new Verdict("the bench failed with exit code " + code, Optional.empty());
      }
      sound &= code == 0;
      reports.add(report.get());
    }
    Verdict verdict = goal.judge().of(reports);
    return sound
        ? verdict
        : new Verdict(
            verdict.figure() + ", but the bench's own checks are broken", Optional.of(false));
  }

  private static Process process(Run run) throws IOException {
    List<String> options = new ArrayList<>(OwnProcess.LAUNCHER_OPTIONS);
    options.addAll(run.jvmOptions());
    List<String> arguments = new ArrayList<>(List.of("bench"));
    arguments.addAll(run.arguments());
    arguments.add("--json");
    return OwnProcess.start(
        OwnProcess.of(options, arguments).redirectError(ProcessBuilder.Redirect.INHERIT),
        MOST_TIME);
  }

  private static Optional<JsonNode> report(String said) {
    try {
      JsonNode report = MAPPER.readTree(said);
      return report.isObject() ? Optional.of(report) : Optional.empty();
    } catch (JsonProcessingException e) {
      return Optional.empty(); // it says on the error stream why there is none
    }
  }

  /** The arguments with every number of messages, recipients and rows divided, rounded up. */
  static List<String> divided(List<String> arguments, int divisor) {
    List<String> smaller = new ArrayList<>();
    String option = "";
    for (String argument : arguments) {
      smaller.add(
          switch (option) {
            case "--recipients", "--messages", "--rows", "--warm-up" ->
                Integer.toString(Math.ceilDiv(Integer.parseInt(argument), divisor));
            default -> argument;
          });
      option = argument;
    }
    return smaller;
  }
}
