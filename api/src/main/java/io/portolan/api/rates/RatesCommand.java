package io.portolan.api.rates;

import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.Remote;
import io.portolan.api.reports.CsvOption;
import io.portolan.api.reports.SpanOptions;
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
        "Shows rates of a span of time, by default of the last day, with their bounds, by campaign,"
            + " ISP, platform, route, port, TLS mode, source or sending domain.")
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

  @Mixin private final SpanOptions span = new SpanOptions();
  @Mixin private final CsvOption csv = new CsvOption();

  @Override
  public Integer call() {
    StringBuilder path =
        new StringBuilder("/api/v1/rates?")
            .append(span.query())
            .append(SpanOptions.parameter("by", Optional.of(String.join(",", by))));
    only.forEach(
        (name, value) ->
            path.append(SpanOptions.parameter(ApiClient.encode(name), Optional.of(value))));
    try (ApiClient client = remote.client()) {
      if (!csv.print(remote, client, path.toString())) {
        remote.show(
            client.get(path + "format=json"), rates -> RatesText.print(rates, remote.out()));
      }
    }
    return 0;
  }
}
