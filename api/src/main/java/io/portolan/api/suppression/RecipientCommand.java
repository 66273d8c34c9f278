package io.portolan.api.suppression;

import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.ApiException;
import io.portolan.api.cli.Remote;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portolan recipient}: what is kept about one recipient. */
@Command(name = "recipient", description = "What is kept about a recipient, and erasing it.")
public final class RecipientCommand {
  private static final String RECIPIENTS = "/api/v1/recipients";

  @Command(
      name = "export",
      description = "Prints everything that is kept about an address, as JSON.")
  int export(@Mixin Remote remote, @Parameters(paramLabel = "ADDRESS") String address) {
    try (ApiClient client = remote.client()) {
      remote.say(
          client.get(RECIPIENTS + "/data?address=" + ApiClient.encode(address)).toPrettyString());
    }
    return 0;
  }

  @Command(
      name = "erase",
      description = "Takes an address out of everything, for good; a hash keeps it suppressed.")
  int erase(
      @Mixin Remote remote,
      @Parameters(paramLabel = "ADDRESS") String address,
      @Option(names = "--yes", description = "Needed, since nothing brings it back.") boolean yes) {
    if (!yes) {
      throw new ApiException(
          ApiException.NO_ANSWER,
          "Erasing cannot be undone. Look at \"portolan recipient export "
              + address
              + "\" first, then repeat with --yes.");
    }
    try (ApiClient client = remote.client()) {
      remote.show(
          client.post(RECIPIENTS + "/erase", Map.of("address", address)),
          it ->
              remote.say(
                  "Erased: taken off "
                      + it.path("recipients").asLong()
                      + " lists, out of "
                      + it.path("deliveries").asLong()
                      + " deliveries and "
                      + it.path("rows").asLong()
                      + " other rows. It stays suppressed by a hash."));
    }
    return 0;
  }
}
