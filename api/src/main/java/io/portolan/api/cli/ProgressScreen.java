package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.metrics.report.Figures;
import java.io.Console;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Shows a campaign's progress by ISP, drawn over itself on a terminal and line by line elsewhere.
 * Not thread-safe.
 */
public final class ProgressScreen {
  private static final int WIDTH = 80;

  private final PrintWriter out;
  private final boolean overwrite;
  private int drawn;
  private String last = "";

  public ProgressScreen(PrintWriter out) {
    this.out = out;
    overwrite = isTerminalAttached();
  }

  // from JDK 22 to 24 it never was null without a terminal, as the check believes; now it is again
  @SuppressWarnings("SystemConsoleNull")
  private static boolean isTerminalAttached() {
    Console console = System.console();
    return console != null && console.isTerminal();
  }

  /** Shows an answer of {@code /campaigns/{id}/progress}. */
  public void show(JsonNode progress) {
    String screen = render(progress);
    if (overwrite) {
      if (drawn > 0) {
        out.print("\u001b[" + drawn + "A\u001b[J");
      }
      out.print(screen);
      drawn = (int) screen.lines().count();
    } else {
      String line = headline(progress);
      if (!line.equals(last)) {
        out.println(line);
        last = line;
      }
    }
    out.flush();
  }

  /** Shows a line above the progress, which is drawn anew below it. */
  public void interject(String line) {
    if (drawn > 0) {
      out.print("\u001b[" + drawn + "A\u001b[J");
      drawn = 0;
    }
    out.println(line);
    out.flush();
  }

  /** Whether it draws over itself. */
  public boolean isTerminal() {
    return overwrite;
  }

  static String render(JsonNode progress) {
    Table table =
        new Table("ISP", "SENT", "DEFERRED", "BOUNCED", "WAITING", "RATE", "LEFT", "PATH IN USE");
    for (JsonNode isp : progress.path("isps")) {
      JsonNode counts = isp.path("counts");
      table.add(
          isp.path("isp").asText(),
          Figures.number(sent(counts)),
          number(counts, "deferrals"),
          number(counts, "bounced"),
          number(counts, "waiting"),
          rate(counts),
          left(counts),
          paths(isp));
    }
    StringBuilder held = new StringBuilder();
    for (JsonNode hold : progress.path("holds")) {
      held.append(folded("HELD by a guardrail, " + hold.path("reason").asText()));
    }
    return speed(progress)
        + "\n"
        + folded(counts(progress.path("total")))
        + held
        + "\n"
        + table.toString(WIDTH);
  }

  static String headline(JsonNode progress) {
    return speed(progress) + "  " + counts(progress.path("total"));
  }

  private static String speed(JsonNode progress) {
    JsonNode total = progress.path("total");
    return String.format(
        Locale.ROOT,
        "%s  %5.1f %%  %s waiting  %s  %s",
        progress.path("state").asText(),
        progress.path("percent").asDouble(),
        number(total, "waiting"),
        rate(total),
        total.path("waiting").asLong() == 0 ? "done" : left(total) + " left");
  }

  /** Lines that fit the terminal, which would count a longer one as two. */
  private static String folded(String text) {
    StringBuilder lines = new StringBuilder();
    int start = 0;
    while (text.length() - start > WIDTH) {
      int blank = text.lastIndexOf(' ', start + WIDTH);
      int end = blank > start ? blank : start + WIDTH;
      lines.append(text, start, end).append('\n');
      start = blank > start ? end + 1 : end;
    }
    return lines.append(text, start, text.length()).append('\n').toString();
  }

  /** What has happened so far; what has not is not mentioned. */
  private static String counts(JsonNode total) {
    List<String> parts = new ArrayList<>();
    String relayed =
        total.path("relayed").asLong() > 0 ? " (" + number(total, "relayed") + " relayed)" : "";
    parts.add(
        Figures.number(sent(total)) + " of " + number(total, "recipients") + " sent" + relayed);
    for (String count : List.of("bounced", "expired", "suppressed", "cancelled")) {
      if (total.path(count).asLong() > 0) {
        parts.add(number(total, count) + " " + count);
      }
    }
    if (total.path("inDoubt").asLong() > 0) {
      parts.add(number(total, "inDoubt") + " in doubt");
    }
    return String.join(", ", parts);
  }

  /** What the next hop has, be it the ISP or a relay. */
  private static long sent(JsonNode counts) {
    return counts.path("accepted").asLong() + counts.path("relayed").asLong();
  }

  private static String paths(JsonNode isp) {
    List<String> paths = new ArrayList<>();
    isp.path("paths")
        .forEach(path -> paths.add(path.path("route").asText() + ":" + path.path("port").asInt()));
    long failures = isp.path("counts").path("pathFailures").asLong();
    return String.join(" ", paths)
        + (failures == 0 ? "" : String.format(Locale.ROOT, " (%,d failed)", failures));
  }

  private static String rate(JsonNode counts) {
    double rate = counts.path("messagesPerSecond").asDouble();
    return String.format(Locale.ROOT, rate < 100 ? "%.1f/s" : "%,.0f/s", rate);
  }

  private static String number(JsonNode counts, String field) {
    return Figures.number(counts.path(field).asLong());
  }

  private static String left(JsonNode counts) {
    if (counts.path("waiting").asLong() == 0) {
      return "done";
    }
    if (!counts.hasNonNull("secondsLeft")) {
      return "?";
    }
    long seconds = Math.round(counts.path("secondsLeft").asDouble());
    return seconds < 120 ? seconds + " s" : seconds / 60 + " min";
  }
}
