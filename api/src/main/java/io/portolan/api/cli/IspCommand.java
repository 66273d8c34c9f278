package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** {@code portolan isp}: who runs which mailboxes. */
@Command(name = "isp", description = "The ISP directory.")
final class IspCommand {
  @Command(
      name = "resolve",
      description = "Says which ISP and platform an address or domain belongs to, and why.")
  int resolve(
      @Mixin Remote remote, @Parameters(paramLabel = "ADDRESS|DOMAIN") String addressOrDomain) {
    String parameter = addressOrDomain.contains("@") ? "address" : "domain";
    try (ApiClient client = remote.client()) {
      JsonNode answer =
          client.get("/api/v1/isps/resolve?" + parameter + "=" + ApiClient.encode(addressOrDomain));
      remote.show(
          answer,
          it -> {
            Table table = new Table("DOMAIN", "ISP", "PLATFORM", "BY");
            table.add(
                it.path("domain").asText(),
                it.path("isp").asText(),
                it.path("platform").asText(),
                it.path("basis").asText());
            remote.out().print(table);
          });
    }
    return 0;
  }
}
