package io.portolan.api.goals;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Optional;

/**
 * Something that is to be so fast, or so small.
 *
 * @param name by which it is asked for
 * @param measure what is measured
 * @param target what the figure has to be, for people
 * @param runs what is run, in this order
 * @param judge what the reports of the runs say
 */
record Goal(String name, String measure, String target, List<Run> runs, Judge judge) {
  Goal {
    runs = List.copyOf(runs);
  }

  /**
   * A command of the bench, in a JVM of its own.
   *
   * @param jvmOptions beside those of the launcher
   * @param arguments behind {@code portolan bench}, without {@code --json}
   */
  record Run(List<String> jvmOptions, List<String> arguments) {
    Run {
      jvmOptions = List.copyOf(jvmOptions);
      arguments = List.copyOf(arguments);
    }

    static Run of(String arguments) {
      return new Run(List.of(), List.of(arguments.split(" ", -1)));
    }

    Run with(String... options) {
      return new Run(List.of(options), arguments);
    }

    /** As a person types it. */
    String command() {
      String options =
          jvmOptions.isEmpty() ? "" : "PORTOLAN_JAVA_OPTS=" + String.join(" ", jvmOptions) + " ";
      return options + "./portolan bench " + String.join(" ", arguments);
    }
  }

  /**
   * What came of it.
   *
   * @param held empty where something could not be measured
   */
  record Verdict(String figure, Optional<Boolean> held) {
    String word() {
      return held.map(each -> each ? "held" : "MISSED").orElse("not measured");
    }
  }

  /** Reads reports. */
  @FunctionalInterface
  interface Judge {
    /**
     * Judges.
     *
     * @param reports one for each run, as {@code --json} prints it
     */
    Verdict of(List<JsonNode> reports);
  }
}
