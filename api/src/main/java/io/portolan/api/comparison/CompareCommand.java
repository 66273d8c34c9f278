package io.portolan.api.comparison;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.Remote;
import io.portolan.api.reports.PageOption;
import io.portolan.api.reports.SpanOptions;
import io.portolan.metrics.report.Figures;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code portolan compare}: what changed between two campaigns or spans. */
@Command(
    name = "compare",
    description = "Says what changed between two campaigns, or between a span and the one before.")
public final class CompareCommand implements Callable<Integer> {
  @Mixin
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private Remote remote;

  @Parameters(
      paramLabel = "BEFORE AFTER",
      arity = "0..2",
      description = "Ids or names of two campaigns; left out for spans.")
  private List<String> campaigns = List.of();

  @Mixin private final SpanOptions span = new SpanOptions();
  @Mixin private final PageOption page = new PageOption();

  @Option(
      names = "--before-from",
      description = "Start of the span to compare with; by default one as long right before.")
  private Optional<String> beforeFrom = Optional.empty();

  @Option(names = "--before-until", description = "End of the span to compare with, exclusive.")
  private Optional<String> beforeUntil = Optional.empty();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    try (ApiClient client = remote.client()) {
      String path = "/api/v1/reports/compare?" + query(client);
      if (!page.write(remote, client, path)) {
        remote.show(client.get(path + "format=json"), this::print);
      }
    }
    return 0;
  }

  private String query(ApiClient client) {
    if (campaigns.size() == 2 && span.isEmpty()) {
      return "before="
          + id(client, campaigns.getFirst())
          + "&after="
          + id(client, campaigns.getLast())
          + "&";
    }
    if (!campaigns.isEmpty()
        || !span.isWhole()
        || beforeFrom.isPresent() != beforeUntil.isPresent()) {
      throw new ParameterException(
          spec.commandLine(),
          "Give two campaigns, or a span by --from and --until; the span to compare with has both"
              + " --before-from and --before-until or neither.");
    }
    return span.query()
        + SpanOptions.parameter("beforeFrom", beforeFrom)
        + SpanOptions.parameter("beforeUntil", beforeUntil);
  }

  private long id(ApiClient client, String campaign) {
    return remote.find(client, "campaign", "/api/v1/campaigns", campaign);
  }

  private void print(JsonNode comparison) {
    side("Before", comparison.path("before"));
    side("After", comparison.path("after"));
    remote.say("");
    comparison.path("movers").forEach(mover -> remote.say(mover.path("words").asText()));
    comparison.path("slower").forEach(line -> remote.say(line.asText()));
    if (comparison.path("movers").isEmpty() && comparison.path("slower").isEmpty()) {
      remote.say("Nothing changed by more than chance explains.");
    }
    comparison.path("tooEarly").forEach(line -> remote.say(line.asText()));
    only("Only before", comparison.path("onlyBefore"));
    only("Only after", comparison.path("onlyAfter"));
  }

  private void side(String label, JsonNode side) {
    String span =
        side.has("from")
            ? ", " + side.path("from").asText() + " to " + side.path("until").asText()
            : "";
    remote.say(
        label
            + ": "
            + side.path("title").asText()
            + span
            + ", "
            + Figures.number(side.path("counts").path("accepted").asLong())
            + " accepted; more may come back about "
            + Figures.number(side.path("pending").asLong())
            + " of them.");
    side.path("leftOut").forEach(sentence -> remote.say(sentence.asText()));
  }

  private void only(String label, JsonNode isps) {
    List<String> names = new ArrayList<>();
    isps.forEach(isp -> names.add(isp.asText()));
    if (!names.isEmpty()) {
      remote.say(label + ": " + String.join(", ", names) + ".");
    }
  }
}
