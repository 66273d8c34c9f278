package io.portolan.api.demo;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;

/**
 * The outcome of a demo as {@code --report} writes it.
 *
 * @param seconds from launch to the end of the campaign
 * @param messagesPerSecond accepted ones, over that time
 */
record DemoReport(
    long recipients,
    long accepted,
    long bounced,
    long expired,
    long suppressed,
    long cancelled,
    List<IspPart> isps,
    MailboxPart mailboxes,
    List<Check> checks,
    double seconds,
    double messagesPerSecond) {
  DemoReport {
    isps = List.copyOf(isps);
    checks = List.copyOf(checks);
  }

  /** One ISP. */
  record IspPart(String isp, List<PathPart> paths) {}

  /** What came of one path to an ISP. */
  record PathPart(
      String route,
      int port,
      String tls,
      long accepted,
      long bounced,
      long deferred,
      long pathFailures) {}

  /**
   * What the simulated mailboxes hold.
   *
   * @param duplicates messages beyond a recipient's first
   * @param missing accepted deliveries that no mailbox holds
   */
  record MailboxPart(long messages, long distinctRecipients, long duplicates, long missing) {}

  /**
   * Puts together what the API's report says and what was checked.
   *
   * @param report as the API gives it
   */
  static DemoReport of(JsonNode report, MailboxPart mailboxes, List<Check> checks, double seconds) {
    JsonNode total = report.path("total");
    JsonNode counts = total.path("counts");
    List<IspPart> isps = new ArrayList<>();
    for (JsonNode isp : report.path("isps")) {
      List<PathPart> paths = new ArrayList<>();
      isp.path("paths").forEach(path -> paths.add(path(path)));
      isps.add(new IspPart(isp.path("isp").asText(), paths));
    }
    long accepted = counts.path("accepted").asLong();
    return new DemoReport(
        report.path("recipients").asLong(),
        accepted,
        total.path("bounced").asLong() + counts.path("notSent").asLong(),
        counts.path("expired").asLong(),
        counts.path("suppressed").asLong(),
        counts.path("cancelled").asLong(),
        isps,
        mailboxes,
        checks,
        rounded(seconds),
        seconds > 0 ? rounded(accepted / seconds) : 0);
  }

  boolean allHeld() {
    return checks.stream().allMatch(Check::held);
  }

  private static PathPart path(JsonNode path) {
    JsonNode total = path.path("total");
    JsonNode counts = total.path("counts");
    return new PathPart(
        path.path("route").asText(),
        path.path("port").asInt(),
        path.path("tls").asText(),
        counts.path("accepted").asLong(),
        total.path("bounced").asLong(),
        counts.path("deferrals").asLong(),
        counts.path("pathFailures").asLong());
  }

  private static double rounded(double value) {
    return Math.round(value * 10) / 10.0;
  }
}
