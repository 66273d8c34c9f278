package io.portolan.api.goals;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.goals.Goal.Judge;
import io.portolan.api.goals.Goal.Run;
import io.portolan.api.goals.Goal.Verdict;
import java.math.RoundingMode;
import java.text.NumberFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * All goals, for two cores that sender, sink and PostgreSQL share, and messages of 2 KB. Figures
 * are judged as they were measured, and written rounded away from their goal, so that none that
 * misses it reads as if it did not.
 */
final class Goals {
  private static final double MIB = 1024.0 * 1024.0;
  private static final String SMTP_SOURCE = "smtpSource";
  private static final String RSA_SIGN = "rsaSign";
  private static final String POSTFIX_QUEUE = "postfixQueue";

  static final List<Goal> ALL =
      List.of(
          new Goal(
              "exchange",
              "exchange alone, messages made before",
              "1.5 x smtp-source -d",
              List.of(Run.of("exchange --messages 200000 --warm-up 100000")),
              ratios(new Least(SMTP_SOURCE, 1.5))),
          new Goal(
              "compose",
              "compose, sign and exchange",
              "0.75 x OpenSSL's RSA-2048 signatures",
              List.of(Run.of("exchange --compose --messages 100000 --warm-up 60000")),
              ratios(new Least(RSA_SIGN, 0.75))),
          new Goal(
              "unsigned",
              "end to end, unsigned, durable",
              "0.6 x smtp-source -d and 12 x Postfix queue",
              List.of(Run.of("send --recipients 200000 --warm-up 100000 --limits all")),
              ratios(new Least(SMTP_SOURCE, 0.6), new Least(POSTFIX_QUEUE, 12))),
          new Goal(
              "signed",
              "end to end, signed, durable",
              "0.5 x OpenSSL's RSA-2048 signatures and 5 x Postfix queue",
              List.of(Run.of("send --signed --recipients 50000 --warm-up 20000 --limits all")),
              ratios(new Least(RSA_SIGN, 0.5), new Least(POSTFIX_QUEUE, 5))),
          new Goal(
              "large",
              "messages of 100 KB, signed, end to end",
              "1,500/s",
              List.of(
                  Run.of(
                      "send --signed --size 102400 --recipients 20000 --warm-up 10000 --limits"
                          + " none")),
              rate(1_500)),
          new Goal(
              "distance",
              "50 ms of round trip, one connection",
              "16/s",
              List.of(
                  Run.of(
                      "send --rtt 50 --connections 1 --recipients 1000 --warm-up 100 --limits"
                          + " none")),
              rate(16)),
          new Goal(
              "million",
              "1,000,000 recipients",
              "CPU a message at most 1.1 x that of 10,000 and of 100,000; heap 512 MiB; tables 1.3 x"
                  + " their least size",
              List.of(
                  Run.of("send --recipients 10000 --warm-up 50000 --limits none").with("-Xmx512m"),
                  // ten thousand pay for what begins with each campaign; these hardly do
                  Run.of("send --recipients 100000 --warm-up 50000 --limits none").with("-Xmx512m"),
                  Run.of("send --recipients 1000000 --warm-up 50000 --limits none --bloat")
                      .with("-Xmx512m")),
              Goals::million),
          new Goal(
              "import",
              "import",
              "150,000 rows/s",
              List.of(Run.of("import --rows 1000000 --warm-up 300000")),
              reports -> {
                double rows = reports.getFirst().path("rowsPerSecond").asDouble();
                return verdict(rows >= 150_000, down(rows, 0) + " rows/s");
              }),
          new Goal(
              "start",
              "start of serve to ready, embedded database existing",
              "6 s",
              List.of(Run.of("start --runs 5")),
              reports -> {
                double seconds = reports.getFirst().path("median").asDouble();
                return verdict(seconds <= 6, up(seconds, 2) + " s");
              }));

  private Goals() {}

  /** A ratio to a limit of the machine, by its name in reports, that a goal asks for. */
  private record Least(String limit, double ratio) {}

  private static Judge ratios(Least... wanted) {
    return reports -> {
      JsonNode report = reports.getFirst();
      StringBuilder figure = new StringBuilder();
      boolean held = true;
      boolean measured = true;
      for (Least least : wanted) {
        JsonNode ratio = report.path("ratios").path(least.limit());
        figure
            .append(figure.isEmpty() ? "" : " and ")
            .append(
                ratio.isNumber()
                    ? down(ratio.asDouble(), 2) + " x"
                    : least.limit() + " not measured");
        measured &= ratio.isNumber();
        held &= ratio.asDouble() >= least.ratio();
      }
      figure.append(" (%s/s)".formatted(down(report.path("messagesPerSecond").asDouble(), 0)));
      return new Verdict(figure.toString(), measured ? Optional.of(held) : Optional.empty());
    };
  }

  private static Judge rate(double least) {
    return reports -> {
      double rate = reports.getFirst().path("messagesPerSecond").asDouble();
      return verdict(rate >= least, down(rate, 1) + "/s");
    };
  }

  private static Verdict million(List<JsonNode> reports) {
    JsonNode many = reports.getLast();
    double cost = cost(many) / Math.min(cost(reports.getFirst()), cost(reports.get(1)));
    double heap = many.path("heapLimitBytes").asDouble() / MIB;
    double bloat = many.path("databaseBloat").asDouble();
    return verdict(
        cost <= 1.1 && heap <= 512 && bloat > 0 && bloat <= 1.3,
        "%s x the CPU, %s MiB of heap allowed, %s x the size"
            .formatted(up(cost, 2), up(heap, 0), up(bloat, 2)));
  }

  /** CPU time a message of our process and PostgreSQL's. */
  private static double cost(JsonNode report) {
    JsonNode cpu = report.path("cpuMicrosPerMessage");
    return cpu.path("portolan").asDouble() + cpu.path("postgresql").asDouble();
  }

  /** A figure that is to be large. */
  private static String down(double figure, int digits) {
    return rounded(figure, digits, RoundingMode.DOWN);
  }

  /** A figure that is to be small. */
  private static String up(double figure, int digits) {
    return rounded(figure, digits, RoundingMode.UP);
  }

  private static String rounded(double figure, int digits, RoundingMode mode) {
    NumberFormat format = NumberFormat.getNumberInstance(Locale.ROOT);
    format.setMinimumFractionDigits(digits);
    format.setMaximumFractionDigits(digits);
    format.setRoundingMode(mode);
    return format.format(figure);
  }

  private static Verdict verdict(boolean held, String figure) {
    return new Verdict(figure, Optional.of(held));
  }
}
