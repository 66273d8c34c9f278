package io.portolan.api.system;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.core.Eventually;
import io.portolan.sender.lab.LabMail;
import io.portolan.sender.lab.LabMail.Station;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** Campaigns made, started and watched through the API. */
public final class Campaigns implements AutoCloseable {
  public static final String BASE = "/api/v1";
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final ApiClient api;

  public Campaigns(URI url, String key) {
    api = new ApiClient(url, key);
  }

  public ApiClient api() {
    return api;
  }

  /** The addresses {@code r1}, {@code r2} and so on, each followed by {@code tail}. */
  public static List<String> addresses(int number, String tail) {
    return IntStream.rangeClosed(1, number).mapToObj(i -> "r" + i + tail).toList();
  }

  /** Writes and activates a port policy. */
  public void activate(String policy) {
    long version =
        api.postText(BASE + "/policy/versions", policy, "application/yaml")
            .path("version")
            .asLong();
    api.post(BASE + "/policy/versions/" + version + "/activate");
  }

  /** Makes a campaign to these addresses and starts it now. */
  public long start(String name, List<String> addresses) {
    long list = api.post(BASE + "/lists", Map.of("name", name)).path("id").asLong();
    String csv =
        addresses.stream()
            .map(address -> address + "," + address.substring(0, address.indexOf('@')))
            .collect(Collectors.joining("\n", "email,first_name\n", "\n"));
    long job =
        api.postText(BASE + "/lists/" + list + "/imports", csv, "text/csv").path("id").asLong();
    JsonNode imported =
        Eventually.value(
            "imported",
            () -> api.get(BASE + "/imports/" + job),
            it -> !it.path("state").asText().equals("running"));
    assertThat(imported.path("state").asText()).as("%s", imported).isEqualTo("finished");
    long campaign =
        api.post(
                BASE + "/campaigns",
                Map.of(
                    "name",
                    name,
                    "listId",
                    list,
                    "content",
                    Map.of(
                        "fromAddress",
                        "news@sender.test",
                        "subject",
                        "Hello {{first_name}}",
                        "text",
                        "Dear {{first_name}}, this is Portolan.")))
            .path("id")
            .asLong();
    api.post(BASE + "/campaigns/" + campaign + "/schedule", Map.of("at", "now"));
    return campaign;
  }

  /**
   * A relay on a host of its own, whose login is {@code portolan} with the password of {@code
   * PORTOLAN_SECRET_RELAY}, which is {@code secret}.
   *
   * @param tlsByPort what it offers
   */
  Station relay(LabMail mail, String name, Map<Integer, String> tlsByPort) throws IOException {
    String host = name + ".relays.test";
    Station relay = mail.relay(name, host, Map.of("portolan", "secret"));
    api.put(
        BASE + "/relays/" + name,
        Map.of(
            "host",
            host,
            "username",
            "portolan",
            "secretRef",
            "env:PORTOLAN_SECRET_RELAY",
            "ports",
            tlsByPort.entrySet().stream()
                .map(port -> Map.of("port", port.getKey(), "tls", port.getValue()))
                .toList()));
    return relay;
  }

  /** Waits until every delivery of a campaign has ended. */
  public JsonNode finished(long campaign) {
    return finished(campaign, PATIENCE);
  }

  /** The same, for a campaign that takes its time. */
  public JsonNode finished(long campaign, Duration patience) {
    return Eventually.value(
        "campaign " + campaign + " is finished",
        patience,
        () -> api.get(BASE + "/campaigns/" + campaign + "/progress"),
        it -> it.path("state").asText().equals("finished"));
  }

  @Override
  public void close() {
    api.close();
  }
}
