package io.portolan.api.dns;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.Remote;
import io.portolan.api.cli.Table;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portolan dns}: what the DNS says of what mail is sent from. */
@Command(
    name = "dns",
    description =
        "What the DNS says of the domains and addresses that mail is sent from, by the last check.")
public final class DnsCommand implements Callable<Integer> {
  private static final Duration PATIENCE = Duration.ofMinutes(3);
  private static final String OK = "ok";

  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Remote remote;

  @Option(names = "--subject", description = "Of this domain, host name or address alone.")
  private Optional<String> subject = Optional.empty();

  @Option(names = "--status", description = "With this status alone: ok, warning, error, unknown.")
  private Optional<String> status = Optional.empty();

  @Override
  public Integer call() {
    StringBuilder path = new StringBuilder("/api/v1/dns?");
    subject.ifPresent(it -> path.append("subject=").append(ApiClient.encode(it)).append('&'));
    status.ifPresent(it -> path.append("status=").append(ApiClient.encode(it)));
    try (ApiClient client = remote.client()) {
      remote.show(client.get(path.toString()), answer -> findings(remote, answer.path("items")));
    }
    return 0;
  }

  @Command(
      name = "check",
      description =
          "Checks the DNS now: everything, or a domain that mail would be sent from. Takes a minute"
              + " at most.")
  int check(
      @Mixin Remote remote,
      @Parameters(
              paramLabel = "DOMAIN",
              arity = "0..1",
              description = "A sending domain. Everything, if left out.")
          String domain) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.post(
              "/api/v1/dns/check", domain == null ? Map.of() : Map.of("domain", domain), PATIENCE),
          answer -> findings(remote, answer.path("items")));
    }
    return 0;
  }

  @Command(name = "history", description = "How checks of the DNS changed, the latest first.")
  int history(
      @Mixin Remote remote,
      @Option(names = "--subject", description = "Of this domain, host name or address alone.")
          String subject) {
    String path = "/api/v1/dns/history?limit=100";
    try (ApiClient client = remote.client()) {
      remote.show(
          client.get(subject == null ? path : path + "&subject=" + ApiClient.encode(subject)),
          answer -> changes(remote, answer.path("items")));
    }
    return 0;
  }

  private static void findings(Remote remote, JsonNode findings) {
    if (findings.isEmpty()) {
      remote.say(
          "Nothing is known yet. The first check comes within a minute of the start; \"portolan dns"
              + " check\" makes one now.");
      return;
    }
    Table table = new Table("SUBJECT", "CHECK", "STATUS", "SEEN");
    for (JsonNode finding : findings) {
      table.add(
          finding.path("subject").asText(),
          finding.path("check").asText(),
          finding.path("status").asText(),
          finding.path("seen").asText());
    }
    remote.out().print(table);
    for (JsonNode finding : findings) {
      String advice = finding.path("advice").asText();
      if (!finding.path("status").asText().equals(OK) || !advice.isEmpty()) {
        remote.say("");
        remote.say(
            finding.path("subject").asText()
                + ", "
                + finding.path("check").asText()
                + ": "
                + finding.path("meaning").asText());
        remote.say("  " + advice);
      }
    }
  }

  private static void changes(Remote remote, JsonNode changes) {
    if (changes.isEmpty()) {
      remote.say("No check has been made yet.");
      return;
    }
    Table table = new Table("AT", "SUBJECT", "CHECK", "FROM", "TO", "MEANING");
    for (JsonNode change : changes) {
      table.add(
          change.path("at").asText(),
          change.path("subject").asText(),
          change.path("check").asText(),
          change.path("from").asText(),
          change.path("to").asText(),
          change.path("meaning").asText());
    }
    remote.out().print(table);
  }
}
