package io.portolan.api.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.portolan.core.json.Json;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a bench measured, as {@code --json} prints it. Rates and ratios that were not measured are
 * null there.
 *
 * @param measure what was measured: {@code send}, from launch to the last result durable
 * @param messagesPerSecond accepted ones, over {@code seconds}
 * @param seconds from the call that launches the campaign to its end, all results committed
 * @param heapMaxBytes the most heap that was in use at any sample from the start of the import to
 *     the end of the campaign, garbage not yet collected included
 * @param heapLimitBytes what the JVM allows at most
 * @param accepted as PostgreSQL says
 * @param sinkMessages as the sink says
 */
record BenchReport(
    String measure,
    int recipients,
    int bytes,
    boolean signed,
    double messagesPerSecond,
    long heapMaxBytes,
    Limits limits,
    Ratios ratios,
    CpuMicros cpuMicrosPerMessage,
    int connections,
    double seconds,
    double importRowsPerSecond,
    long heapLimitBytes,
    long accepted,
    long sinkMessages,
    List<Check> checks) {
  private static final ObjectMapper MAPPER =
      Json.configure(JsonMapper.builder())
          // what was not measured is null, not left out
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS))
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();
  private static final double MIB = 1024.0 * 1024.0;

  BenchReport {
    checks = List.copyOf(checks);
  }

  /** The most that other programs do on the same machine, a second. */
  record Limits(
      Optional<Double> smtpSourcePerSecond,
      Optional<Double> rsaSignPerSecond,
      Optional<Double> postfixQueuePerSecond) {
    static final Limits NONE = new Limits(Optional.empty(), Optional.empty(), Optional.empty());
  }

  /** The messages sent a second, as multiples of the limits. */
  record Ratios(
      Optional<Double> smtpSource, Optional<Double> rsaSign, Optional<Double> postfixQueue) {
    static Ratios of(double messagesPerSecond, Limits limits) {
      return new Ratios(
          ratio(messagesPerSecond, limits.smtpSourcePerSecond()),
          ratio(messagesPerSecond, limits.rsaSignPerSecond()),
          ratio(messagesPerSecond, limits.postfixQueuePerSecond()));
    }

    private static Optional<Double> ratio(double rate, Optional<Double> limit) {
      return limit.filter(each -> each > 0).map(each -> rounded(rate / each, 1000));
    }
  }

  /** CPU time a message from launch to end, in microseconds, by who used it. */
  record CpuMicros(double portolan, double postgresql, double sink) {}

  /**
   * What came of one check.
   *
   * @param name what was to hold
   * @param detail the numbers it was judged by
   */
  record Check(String name, boolean held, String detail) {}

  /** Rounded to tenths. */
  static double rounded(double value) {
    return rounded(value, 10);
  }

  private static double rounded(double value, int parts) {
    return Math.round(value * parts) / (double) parts;
  }

  boolean allHeld() {
    return checks.stream().allMatch(Check::held);
  }

  String json() throws JsonProcessingException {
    return MAPPER.writeValueAsString(this);
  }

  /** For people, in 80 columns. */
  String text() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%nsent %,d messages of %,d bytes, %s, over %d connections%n",
        accepted,
        bytes,
        signed ? "DKIM-signed" : "unsigned",
        connections);
    line(text, "  import         %,10.0f rows/s", importRowsPerSecond);
    line(
        text,
        "  send           %,10.0f messages/s, durable, in %.1f s",
        messagesPerSecond,
        seconds);
    line(
        text,
        "  heap           %,10.0f MiB at most, of %,.0f",
        heapMaxBytes / MIB,
        heapLimitBytes / MIB);
    line(
        text,
        "  CPU a message  %,10.0f us in Portolan, %,.0f in PostgreSQL, %,.0f in the sink",
        cpuMicrosPerMessage.portolan(),
        cpuMicrosPerMessage.postgresql(),
        cpuMicrosPerMessage.sink());
    line(text, "%n  %-33s %12s  %16s", "LIMIT OF THIS MACHINE", "A SECOND", "SENT IS TIMES IT");
    limit(
        text, "smtp-source into the same sink", limits.smtpSourcePerSecond(), ratios.smtpSource());
    limit(text, "OpenSSL, RSA-2048, all cores", limits.rsaSignPerSecond(), ratios.rsaSign());
    limit(
        text,
        "Postfix queue into the same sink",
        limits.postfixQueuePerSecond(),
        ratios.postfixQueue());
    text.append(System.lineSeparator());
    for (Check check : checks) {
      line(text, "  %-7s %s (%s)", check.held() ? "held" : "BROKEN", check.name(), check.detail());
    }
    return text.toString().stripTrailing();
  }

  private static void limit(
      StringBuilder text, String name, Optional<Double> perSecond, Optional<Double> ratio) {
    line(
        text,
        "  %-33s %12s  %16s",
        name,
        perSecond.map(rate -> String.format(Locale.ROOT, "%,.0f", rate)).orElse("not measured"),
        ratio.map(times -> String.format(Locale.ROOT, "%.2f", times)).orElse("-"));
  }

  private static void line(StringBuilder text, String format, Object... values) {
    text.append(String.format(Locale.ROOT, format + "%n", values));
  }
}
