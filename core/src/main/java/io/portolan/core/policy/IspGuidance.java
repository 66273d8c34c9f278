package io.portolan.core.policy;

import io.portolan.core.csv.CsvRow;
import io.portolan.core.csv.CsvTable;
import io.portolan.core.json.HumanDuration;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * What is published, or wisely guessed, of an ISP's limits.
 *
 * @param isp an ISP that is its own platform, or {@code *}
 * @param requiresTls whether the ISP asks for TLS
 * @param firstRetry after a deferral
 * @param source where it is published; says so where it is a guess
 */
record IspGuidance(
    String isp,
    PolicyRule.LimitsPart limits,
    boolean requiresTls,
    Optional<Duration> firstRetry,
    String source) {
  private static final List<String> COLUMNS =
      List.of(
          "isp",
          "connections",
          "messages_per_connection",
          "messages_per_second",
          "tls",
          "first_retry",
          "source");

  /** The guidance that comes with Portolan, {@code *} first. */
  static List<IspGuidance> builtIn() {
    return CsvTable.resource(IspGuidance.class, "isp-guidance.csv", COLUMNS).rows().stream()
        .map(IspGuidance::read)
        .toList();
  }

  private static IspGuidance read(CsvRow row) {
    return new IspGuidance(
        row.required("isp"),
        new PolicyRule.LimitsPart(
            value(row, "connections", Integer::valueOf),
            value(row, "messages_per_connection", Integer::valueOf),
            value(row, "messages_per_second", Double::valueOf)),
        row.required("tls").equals("required"),
        value(row, "first_retry", text -> HumanDuration.parse(text).orElseThrow()),
        row.required("source"));
  }

  private static <T> Optional<T> value(CsvRow row, String column, Function<String, T> read) {
    return Optional.of(row.text(column)).filter(text -> !text.isEmpty()).map(read);
  }
}
