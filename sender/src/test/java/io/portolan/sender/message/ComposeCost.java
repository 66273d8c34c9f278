package io.portolan.sender.message;

import io.portolan.core.campaign.CampaignContent;
import java.lang.management.ManagementFactory;
import java.util.Map;

/**
 * What one message costs in CPU time of its thread, small and large, unsigned and signed: a plain
 * loop, for a machine that is too busy for clocks. The first round is the JVM's warm-up.
 */
final class ComposeCost {
  private static final String GREETING =
      """
      Dear {{first_name}} {{last_name}},

      the chart for {{city}} is out.
      Your number: {{customer}}
      """;
  private static final String LINE =
      "The chart of spring shows each harbour, its depths, its lights, tides.\n";
  private static final String ROW =
      "<tr><td style=\"padding: 0 8px\">The chart shows each harbour, its depths and tides.</td></tr>";
  private static final Map<String, Object> ATTRIBUTES =
      Map.of("first_name", "Anna", "last_name", "Keller", "city", "Köln", "customer", "100000");

  private static int octets;

  private ComposeCost() {}

  public static void main(String[] args) {
    for (int round = 0; round < 3; round++) {
      measure("small", 12, 40_000);
      measure("large", 1_400, 1_000);
      measure("large, HTML on one line", "<p>{{first_name}}" + ROW.repeat(1_100), GREETING, 1_000);
    }
  }

  private static void measure(String size, int lines, int messages) {
    String html =
        "<p>"
            + GREETING
            + LINE.repeat(lines / 10)
            + "<a href=\"{{unsubscribe_url}}\">No more</a>\n";
    measure(size, html, GREETING + "{{unsubscribe_url}}\n" + LINE.repeat(lines), messages);
  }

  private static void measure(String size, String html, String text, int messages) {
    CampaignContent content =
        Fixture.content("{{first_name}}, the chart for {{city}} is out", html, text);
    double unsigned = micros(Fixture.composer().campaign(1, content), messages);
    double signed =
        micros(Fixture.composer(Fixture.signing()).campaign(1, content), messages / 20 + 100);
    System.out.printf(
        "%s (%d octets): %.1f µs unsigned, %.1f µs signed%n", size, octets, unsigned, signed);
  }

  private static double micros(CampaignMessage message, int messages) {
    long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    for (int id = 1; id <= messages; id++) {
      octets = message.compose(id, "anna@mail.example", ATTRIBUTES).mail().content().length();
    }
    long end = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
    return (end - start) / 1_000.0 / messages;
  }
}
