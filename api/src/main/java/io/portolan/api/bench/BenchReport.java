package io.portolan.api.bench;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.portolan.api.profile.CpuProfile.HotMethod;
import io.portolan.api.profile.CpuTimes;
import io.portolan.api.sink.SinkKind;
import io.portolan.core.json.Json;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What a bench measured, as {@code --json} prints it. Rates and ratios that were not measured are
 * null there. What goals are judged by is not rounded.
 *
 * @param measure what was measured: {@code send}, from launch to the last result durable; {@code
 *     exchange}, messages made before over sessions alone; {@code compose}, the same with composing
 *     and signing
 * @param messagesPerSecond accepted ones, over {@code seconds}
 * @param seconds from the call that launches the campaign to its end, all results committed
 * @param heapMaxBytes the most heap that was in use at any sample from the start of the import to
 *     the end of the campaign, garbage not yet collected included
 * @param heapLimitBytes what the JVM allows at most
 * @param accepted as PostgreSQL says, or where there is none the sessions
 * @param sinkMessages as the sink says
 * @param sink which one
 * @param rttMillis by how much the way to the sink and back was made longer
 * @param warmUp messages sent before and not counted; 0 where the JVM was cold
 * @param portolanCpuMicrosPerMessage what of {@code cpuMicrosPerMessage} is Portolan's, by work
 * @param databaseBloat the size of all tables and indexes after the campaign, as a multiple of what
 *     they have when they are written anew
 * @param hottest the methods most often on top of a stack, if asked for
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
    Optional<Double> importRowsPerSecond,
    long heapLimitBytes,
    long accepted,
    long sinkMessages,
    String sink,
    long rttMillis,
    int warmUp,
    CpuParts portolanCpuMicrosPerMessage,
    List<HotMethod> hottest,
    Optional<Double> databaseBloat,
    List<Check> checks) {
  private static final ObjectMapper MAPPER =
      Json.configure(JsonMapper.builder())
          // what was not measured is null, not left out
          .defaultPropertyInclusion(
              JsonInclude.Value.construct(JsonInclude.Include.ALWAYS, JsonInclude.Include.ALWAYS))
          .enable(SerializationFeature.INDENT_OUTPUT)
          .build();
  static final String SEND = "send";
  static final String EXCHANGE = "exchange";
  static final String COMPOSE = "compose";
  private static final double MIB = 1024.0 * 1024.0;

  BenchReport {
    hottest = List.copyOf(hottest);
    checks = List.copyOf(checks);
  }

  /**
   * What came of the messages.
   *
   * @param accepted how many were
   * @param importRowsPerSecond empty where nothing was imported
   */
  record Measured(
      long accepted,
      double seconds,
      Optional<Double> importRowsPerSecond,
      long heapMaxBytes,
      CpuMicros cpu,
      CpuParts cpuParts,
      List<HotMethod> hottest,
      long sinkMessages,
      Optional<Double> databaseBloat,
      List<Check> checks) {}

  static BenchReport of(String measure, BenchSettings settings, Measured measured, Limits limits) {
    double rate = measured.accepted() / measured.seconds();
    return new BenchReport(
        measure,
        settings.recipients(),
        settings.bytes(),
        settings.signed(),
        rate,
        measured.heapMaxBytes(),
        limits,
        Ratios.of(rate, limits),
        measured.cpu(),
        settings.way().connections(),
        rounded(measured.seconds()),
        measured.importRowsPerSecond(),
        Runtime.getRuntime().maxMemory(),
        measured.accepted(),
        measured.sinkMessages(),
        settings.way().sink().word(),
        settings.way().roundTrip().toMillis(),
        settings.warmUp(),
        measured.cpuParts(),
        measured.hottest(),
        measured.databaseBloat(),
        measured.checks());
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
      return limit.filter(each -> each > 0).map(each -> rate / each);
    }
  }

  /** CPU time a message from launch to end, in microseconds, by who used it. */
  record CpuMicros(double portolan, double postgresql, double sink) {
    static CpuMicros of(CpuTimes times, long messages) {
      return new CpuMicros(
          micros(times.portolan(), messages),
          micros(times.postgresql(), messages),
          micros(times.sink(), messages));
    }
  }

  static double micros(Duration time, long messages) {
    return time.toNanos() / 1e3 / Math.max(1, messages);
  }

  /**
   * What came of one check.
   *
   * @param name what was to hold
   * @param detail the numbers it was judged by
   */
  record Check(String name, boolean held, String detail) {
    /** Of what a sink saw of the client's SMTP, if it looks. */
    static Optional<Check> ofBreaches(SinkKind kind, Map<String, Long> breaches) {
      return kind == SinkKind.INTERNAL
          ? Optional.of(
              new Check(
                  "the sink saw no breach of SMTP",
                  breaches.isEmpty(),
                  breaches.isEmpty() ? "none" : breaches.toString()))
          : Optional.empty();
    }
  }

  /** Rounded to tenths. */
  static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }

  boolean allHeld() {
    return checks.stream().allMatch(Check::held);
  }

  String json() throws JsonProcessingException {
    return json(this);
  }

  /** A report as {@code --json} prints it. */
  static String json(Object report) throws JsonProcessingException {
    return MAPPER.writeValueAsString(report);
  }

  /** For people, in 80 columns. */
  String text() {
    StringBuilder text = new StringBuilder();
    line(
        text,
        "%nsent %,d messages of %,d bytes, %s, over %d connections",
        accepted,
        bytes,
        signed ? "DKIM-signed" : "unsigned",
        connections);
    line(
        text,
        "into %s%s, %s%n",
        sink,
        rttMillis > 0 ? " " + rttMillis + " ms of round trip away" : "",
        warmUp > 0
            ? String.format(Locale.ROOT, "warmed up by %,d messages before", warmUp)
            : "cold: the JVM had just started");
    importRowsPerSecond.ifPresent(rows -> line(text, "  import         %,10.0f rows/s", rows));
    line(
        text,
        "  %-10s     %,10.0f messages/s, %s, in %.1f s",
        measure,
        messagesPerSecond,
        switch (measure) {
          case SEND -> "durable";
          case COMPOSE -> "composed and signed while sent";
          default -> "made before";
        },
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
    text.append(portolanCpuMicrosPerMessage.text());
    databaseBloat.ifPresent(
        times -> line(text, "  tables         %10.2f times the least size", times));
    line(text, "%n  %-33s %12s  %16s", "LIMIT OF THIS MACHINE", "A SECOND", "SENT IS TIMES IT");
    limit(
        text, "smtp-source into the same sink", limits.smtpSourcePerSecond(), ratios.smtpSource());
    limit(text, "OpenSSL, RSA-2048, all cores", limits.rsaSignPerSecond(), ratios.rsaSign());
    limit(
        text,
        "Postfix queue into the same sink",
        limits.postfixQueuePerSecond(),
        ratios.postfixQueue());
    hottest(text);
    text.append(System.lineSeparator());
    for (Check check : checks) {
      line(text, "  %-7s %s (%s)", check.held() ? "held" : "BROKEN", check.name(), check.detail());
    }
    return text.toString().stripTrailing();
  }

  private void hottest(StringBuilder text) {
    if (!hottest.isEmpty()) {
      line(text, "%n  %-9s %s", "CPU TIME", "METHOD ON TOP OF THE STACK");
    }
    for (HotMethod each : hottest) {
      line(text, "  %6.1f %%  %s", each.share() * 100, CpuParts.shortened(each.method()));
    }
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
