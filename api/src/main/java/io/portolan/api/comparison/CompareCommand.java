package io.portolan.api.comparison;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.Remote;
import io.portolan.metrics.report.Figures;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
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

  @Option(names = "--from", description = "Start of a span, such as 2026-12-01T00:00:00Z.")
  private Optional<String> from = Optional.empty();

  @Option(names = "--until", description = "End of the span, exclusive.")
  private Optional<String> until = Optional.empty();

  @Option(
      names = "--before-from",
      description = "Start of the span to compare with; by default one as long right before.")
  private Optional<String> beforeFrom = Optional.empty();

  @Option(names = "--before-until", description = "End of the span to compare with, exclusive.")
  private Optional<String> beforeUntil = Optional.empty();

  @Option(
      names = "--html",
      paramLabel = "FILE",
      description = "Write what changed as a page into this file.")
  private Optional<Path> html = Optional.empty();

  @Spec
  @SuppressWarnings("NullAway.Init") // picocli sets it
  private CommandSpec spec;

  @Override
  public Integer call() throws IOException {
    try (ApiClient client = remote.client()) {
      String path = "/api/v1/reports/compare?" + query(client);
      if (html.isPresent()) {
        Files.writeString(html.get(), client.getText(path + "&format=html", "text/html"));
        remote.say("What changed is in " + html.get() + ".");
      } else {
        remote.show(client.get(path + "&format=json"), this::print);
      }
    }
    return 0;
  }

  private String query(ApiClient client) {
    boolean isOfSpans = from.isPresent() && until.isPresent();
    if (campaigns.size() == 2 && from.isEmpty() && until.isEmpty()) {
      return "before="
          + id(client, campaigns.getFirst())
          + "&after="
          + id(client, campaigns.getLast());
    }
    if (!campaigns.isEmpty() || !isOfSpans || beforeFrom.isPresent() != beforeUntil.isPresent()) {
      throw new ParameterException(
          spec.commandLine(),
          "Give two campaigns, or a span by --from and --until; the span to compare with has both"
              + " --before-from and --before-until or neither.");
    }
    List<String> parts = new ArrayList<>();
    add(parts, "from", from);
    add(parts, "until", until);
    add(parts, "beforeFrom", beforeFrom);
    add(parts, "beforeUntil", beforeUntil);
    return String.join("&", parts);
  }

  private long id(ApiClient client, String campaign) {
    return remote.find(client, "campaign", "/api/v1/campaigns", campaign);
  }

  private static void add(List<String> parts, String name, Optional<String> value) {
    value.ifPresent(text -> parts.add(name + "=" + ApiClient.encode(text)));
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
  }

  private void only(String label, JsonNode isps) {
    List<String> names = new ArrayList<>();
    isps.forEach(isp -> names.add(isp.asText()));
    if (!names.isEmpty()) {
      remote.say(label + ": " + String.join(", ", names) + ".");
    }
  }
}
