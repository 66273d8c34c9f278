package io.portolan.api.rates;

import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.Remote;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code portolan rates}: rates of a span by any dimensions. */
@Command(
    name = "rates",
    description =
        "Shows rates of a span of time with their bounds, by campaign, ISP, platform, route, port,"
            + " TLS mode, source or sending domain.")
public final class RatesCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Remote remote;

  @Option(
      names = "--by",
      split = ",",
      paramLabel = "DIMENSION",
      description =
          "What to tell apart: campaign, isp, platform, route, port, tls, source, domain; several"
              + " separated by commas (default: isp).")
  private List<String> by = List.of("isp");

  @Option(
      names = "--only",
      paramLabel = "DIMENSION=VALUE",
      description = "Only what has this value, such as isp=gmail; may be repeated.")
  private Map<String, String> only = new TreeMap<>();

  @Option(
      names = "--from",
      description = "Start, such as 2026-12-01T00:00:00Z (default: a day before the end).")
  private Optional<String> from = Optional.empty();

  @Option(names = "--until", description = "End, exclusive (default: now).")
  private Optional<String> until = Optional.empty();

  @Option(names = "--csv", description = "Print CSV, with all rates and their bounds.")
  private boolean csv;

  @Override
  public Integer call() {
    StringBuilder path =
        new StringBuilder("/api/v1/rates?by=").append(ApiClient.encode(String.join(",", by)));
    from.ifPresent(it -> path.append("&from=").append(ApiClient.encode(it)));
    until.ifPresent(it -> path.append("&until=").append(ApiClient.encode(it)));
    only.forEach(
        (name, value) ->
            path.append('&')
                .append(ApiClient.encode(name))
                .append('=')
                .append(ApiClient.encode(value)));
    try (ApiClient client = remote.client()) {
      if (csv) {
        remote.out().print(client.getText(path + "&format=csv", "text/csv"));
        remote.out().flush();
      } else {
        remote.show(
            client.get(path + "&format=json"), rates -> RatesText.print(rates, remote.out()));
      }
    }
    return 0;
  }
}
