package io.portolan.api.rates;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.PortolanCommand;
import io.portolan.api.node.TestingNode;
import io.portolan.core.Eventually;
import io.portolan.core.database.TestDatabase;
import io.portolan.core.isp.Isp;
import io.portolan.core.isp.IspEntry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/** Campaigns that a test launches through the API, and what their progress says. */
record GuardedCampaigns(ApiClient api, TestDatabase database) {

  /** An ISP of one domain, its id under {@code test}. */
  static IspEntry isp(String id) {
    return new IspEntry(
        new Isp(id, id, Isp.Kind.MAILBOX, id), List.of(id + ".test"), List.of(), "test");
  }

  /**
   * Launches a campaign now.
   *
   * @param addresses in the order in which their ISP's mail is to be sent
   * @param guards as the API takes them
   */
  long launch(String name, List<String> addresses, Map<String, String> guards) {
    long campaign = draft(name, addresses, guards);
    start(campaign);
    return campaign;
  }

  /** Launches a draft now. */
  void start(long campaign) {
    api.post(path(campaign) + "/schedule", Map.of("at", "now"));
  }

  /** Makes a campaign of which nothing is sent yet. */
  long draft(String name, List<String> addresses, Map<String, String> guards) {
    long list = api.post("/api/v1/lists", Map.of("name", name)).path("id").asLong();
    // an import would sort them
    database.execute(
        """
        INSERT INTO recipient (list_id, address, address_key, domain)
        SELECT ?, address, address, split_part(address, '@', 2)
          FROM unnest(string_to_array(?, ' ')) WITH ORDINALITY AS each (address, place) ORDER BY place
        """,
        list,
        String.join(" ", addresses));
    return api.post(
            "/api/v1/campaigns",
            Map.of(
                "name",
                name,
                "listId",
                list,
                "guards",
                guards,
                "content",
                Map.of("fromAddress", "news@sender.test", "subject", "News", "text", "Hello")))
        .path("id")
        .asLong();
  }

  /** The first progress of a campaign that is as wanted. */
  JsonNode await(long campaign, Predicate<JsonNode> wanted) {
    return Eventually.value(
        "the progress of campaign " + campaign,
        () -> api.get(path(campaign) + "/progress"),
        wanted);
  }

  static boolean isFinished(JsonNode campaign) {
    return campaign.path("state").asText().equals("finished");
  }

  static String path(long campaign) {
    return "/api/v1/campaigns/" + campaign;
  }

  static long accepted(JsonNode progress, String isp) {
    return counts(progress, isp).path("accepted").asLong();
  }

  /** Accepted or bounced. */
  static long offered(JsonNode progress, String isp) {
    return offered(counts(progress, isp));
  }

  /** Accepted or bounced, by counts of a whole campaign or an ISP. */
  static long offered(JsonNode counts) {
    return counts.path("accepted").asLong() + counts.path("bounced").asLong();
  }

  private static JsonNode counts(JsonNode progress, String isp) {
    for (JsonNode each : progress.path("isps")) {
      if (each.path("isp").asText().equals(isp)) {
        return each.path("counts");
      }
    }
    return progress.path("isps").path(-1);
  }

  /** What a command says that succeeds. */
  static String run(TestingNode node, String... command) {
    StringWriter said = new StringWriter();
    List<String> line = new ArrayList<>(List.of(command));
    line.addAll(List.of("--url", node.url().toString(), "--api-key", node.key()));
    int exitCode =
        PortolanCommand.commandLine()
            .setOut(new PrintWriter(said))
            .execute(line.toArray(String[]::new));
    assertThat(exitCode).as("%s", said).isZero();
    return said.toString();
  }
}
