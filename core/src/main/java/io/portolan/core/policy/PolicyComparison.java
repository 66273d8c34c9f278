package io.portolan.core.policy;

import io.portolan.core.json.HumanDuration;
import io.portolan.core.policy.PolicyRule.LimitsPart;
import io.portolan.core.policy.PolicyRule.RetryPart;
import io.portolan.core.policy.PolicyRule.TimeoutsPart;
import java.text.DecimalFormat;
import java.text.DecimalFormatSymbols;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What one policy changes of another, in words, row by row. Holds no state. */
public final class PolicyComparison {
  private static final String INHERITED = "inherited";

  private PolicyComparison() {}

  /**
   * A line for each row that differs, such as {@code yahoo: paths direct:25 -> ses:587 before
   * direct:25; rate 20/s -> 10/s}; none when the policies mean the same.
   */
  public static List<String> words(PortPolicy before, PortPolicy after) {
    List<String> lines = new ArrayList<>();
    for (PolicyRule row : after.rules()) {
      List<String> changes = before.rule(row.isp()).map(old -> changes(old, row)).orElse(List.of());
      if (before.rule(row.isp()).isEmpty()) {
        PolicyRule nothing = PolicyRule.of(row.isp());
        List<String> stated = changes(nothing, row);
        lines.add(row.isp() + ": new row" + (stated.isEmpty() ? "" : "; " + joined(stated)));
      } else if (!changes.isEmpty()) {
        lines.add(row.isp() + ": " + joined(changes));
      }
    }
    before.rules().stream()
        .filter(row -> after.rule(row.isp()).isEmpty())
        .forEach(row -> lines.add(row.isp() + ": row removed; it inherits all"));
    return lines;
  }

  private static List<String> changes(PolicyRule before, PolicyRule after) {
    List<String> changes = new ArrayList<>();
    Function<PolicyPath, String> label = label(before, after);
    change(changes, "paths", paths(before, label), paths(after, label));
    change(changes, "pauses", pauses(before), pauses(after));
    limits(changes, before.limits(), after.limits());
    timeouts(changes, before.timeouts(), after.timeouts());
    retry(changes, before.retry(), after.retry());
    change(changes, "autopilot", onOff(before.autopilot()), onOff(after.autopilot()));
    change(changes, "note", quoted(before.note()), quoted(after.note()));
    return changes;
  }

  private static void limits(List<String> changes, LimitsPart before, LimitsPart after) {
    change(changes, "connections", before.connections(), after.connections(), String::valueOf);
    change(
        changes,
        "messages per connection",
        before.messagesPerConnection(),
        after.messagesPerConnection(),
        String::valueOf);
    change(
        changes,
        "rate",
        before.messagesPerSecond(),
        after.messagesPerSecond(),
        PolicyComparison::rate);
    change(
        changes,
        "connections a minute",
        before.connectionsPerMinute(),
        after.connectionsPerMinute(),
        each -> each == 0 ? "unlimited" : String.valueOf(each));
    change(changes, "limits of", before.scope(), after.scope(), Limits.Scope::words);
  }

  private static void timeouts(List<String> changes, TimeoutsPart before, TimeoutsPart after) {
    duration(changes, "connect timeout", before.connect(), after.connect());
    duration(changes, "TLS timeout", before.tls(), after.tls());
    duration(changes, "greeting timeout", before.greeting(), after.greeting());
    duration(changes, "command timeout", before.command(), after.command());
    duration(changes, "data timeout", before.data(), after.data());
    duration(changes, "dot timeout", before.dot(), after.dot());
  }

  private static void retry(List<String> changes, RetryPart before, RetryPart after) {
    change(changes, "retry after", delays(before), delays(after));
    duration(changes, "lifetime", before.lifetime(), after.lifetime());
  }

  private static void duration(
      List<String> changes, String name, Optional<Duration> before, Optional<Duration> after) {
    change(changes, name, before, after, HumanDuration::format);
  }

  private static <V> void change(
      List<String> changes,
      String name,
      Optional<V> before,
      Optional<V> after,
      Function<V, String> words) {
    change(changes, name, before.map(words).orElse(INHERITED), after.map(words).orElse(INHERITED));
  }

  private static void change(List<String> changes, String name, String before, String after) {
    if (!before.equals(after)) {
      changes.add(name + " " + before + " -> " + after);
    }
  }

  private static String paths(PolicyRule row, Function<PolicyPath, String> label) {
    return row.paths().isEmpty()
        ? INHERITED
        : row.paths().stream()
            .map(path -> label.apply(path) + options(path))
            .collect(Collectors.joining(" before "));
  }

  private static String options(PolicyPath path) {
    List<String> options = new ArrayList<>();
    path.minTls().ifPresent(version -> options.add(version.id() + " at least"));
    if (!path.sources().isEmpty()) {
      options.add("from " + String.join(" or ", path.sources()));
    }
    path.share().ifPresent(share -> options.add(share + " %"));
    path.cap().ifPresent(cap -> options.add("at most " + cap));
    path.warmUp().ifPresent(plan -> options.add("warms up by " + plan));
    return options.isEmpty() ? "" : " (" + String.join(", ", options) + ")";
  }

  private static String pauses(PolicyRule row) {
    return row.pauses().isEmpty()
        ? INHERITED
        : row.pauses().stream().map(PauseRule::toString).collect(Collectors.joining(", "));
  }

  /** With the TLS mode where that is all that tells two paths apart. */
  private static Function<PolicyPath, String> label(PolicyRule before, PolicyRule after) {
    List<Path> all =
        Stream.of(before, after)
            .flatMap(row -> row.paths().stream())
            .map(PolicyPath::path)
            .distinct()
            .toList();
    boolean isPlain = all.stream().map(Path::label).distinct().count() == all.size();
    return path -> isPlain ? path.label() : path.label() + " " + path.tls().id();
  }

  private static String delays(RetryPart part) {
    return part.delays().isEmpty()
        ? INHERITED
        : part.delays().stream().map(HumanDuration::format).collect(Collectors.joining(", "));
  }

  private static String rate(double perSecond) {
    return perSecond == 0
        ? "unlimited"
        : new DecimalFormat("0.###", DecimalFormatSymbols.getInstance(Locale.ROOT))
                .format(perSecond)
            + "/s";
  }

  private static String onOff(boolean on) {
    return on ? "on" : "off";
  }

  private static String quoted(String note) {
    return note.isEmpty() ? "none" : "\"" + note + "\"";
  }

  private static String joined(List<String> changes) {
    return String.join("; ", changes);
  }
}
