package io.portolan.api.feedback;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.Remote;
import io.portolan.api.cli.Table;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portolan feedback}: what came back. */
@Command(name = "feedback", description = "Bounces, complaints and the rest of what came back.")
public final class FeedbackCommand {
  private static final String FEEDBACK = "/api/v1/feedback";

  @Command(name = "list", description = "Shows what came back, newest first.")
  int list(
      @Mixin Remote remote,
      @Option(
              names = "--kind",
              description =
                  "One or several of bounce, delay, complaint, unsubscribe, auth-report, auto-reply, delivered.")
          Optional<String> kind,
      @Option(names = "--campaign", description = "Id or name.") Optional<String> campaign,
      @Option(names = "--delivery", description = "Id.") Optional<String> delivery,
      @Option(names = "--matched", description = "true or false: whether its delivery was found.")
          Optional<String> matched,
      @Option(names = "--source", description = "smtp, mailbox, webhook, api or link.")
          Optional<String> source,
      @Option(names = "--since", description = "Such as 2026-11-24T12:00:00Z.")
          Optional<String> since) {
    try (ApiClient client = remote.client()) {
      StringBuilder query = new StringBuilder("?limit=200");
      add(query, "kind", kind);
      add(
          query,
          "campaign",
          campaign.map(
              it -> String.valueOf(remote.find(client, "campaign", "/api/v1/campaigns", it))));
      add(query, "delivery", delivery);
      add(query, "matched", matched);
      add(query, "source", source);
      add(query, "since", since);
      remote.show(
          client.get(FEEDBACK + query),
          answer -> {
            Table table =
                new Table("AT", "KIND", "RECIPIENT", "DELIVERY", "BY", "CATEGORY", "DONE", "WORDS");
            answer.path("items").forEach(item -> add(table, item));
            remote.out().print(table);
            if (answer.hasNonNull("nextCursor")) {
              remote.say("There are more; narrow them down, or page through them with the API.");
            }
          });
    }
    return 0;
  }

  @Command(name = "take", description = "Takes a mail that came back, from a file.")
  int take(
      @Mixin Remote remote,
      @Parameters(paramLabel = "FILE", description = "The mail as it is, with its headers.")
          Path file,
      @Option(names = "--recipient", description = "The envelope address that it was sent to.")
          Optional<String> recipient,
      @Option(names = "--dry-run", description = "Says what it would do, and does nothing.")
          boolean dryRun)
      throws IOException {
    try (ApiClient client = remote.client()) {
      StringBuilder query = new StringBuilder("?dryRun=" + dryRun);
      add(query, "recipient", recipient);
      remote.show(
          client.postFile(FEEDBACK + "/mail" + query, file, "message/rfc822"),
          it -> remote.say(words(it)));
    }
    return 0;
  }

  private static void add(StringBuilder query, String name, Optional<String> value) {
    value.ifPresent(it -> query.append('&').append(name).append('=').append(ApiClient.encode(it)));
  }

  private static void add(Table table, JsonNode item) {
    JsonNode report = item.path("report");
    table.add(
        item.path("at").asText(),
        item.path("kind").asText(),
        report.path("recipient").asText(),
        item.path("match").path("delivery").asText(),
        item.path("match").path("by").asText(),
        report.path("category").asText(),
        effects(item),
        report.path("diagnostic").asText());
  }

  private static String effects(JsonNode item) {
    List<String> effects = new ArrayList<>();
    item.path("effects").forEach(effect -> effects.add(effect.asText()));
    return String.join(", ", effects);
  }

  private static String words(JsonNode taken) {
    JsonNode feedback = taken.path("feedback");
    String read =
        feedback.path("kind").asText()
            + " "
            + feedback.path("report").path("category").asText()
            + " "
            + feedback.path("report").path("recipient").asText();
    String effects = effects(feedback);
    return switch (taken.path("result").asText()) {
      case "ignored" -> "The mail is no feedback: nothing was done.";
      case "duplicate" ->
          "The same mail was taken before (" + read.strip() + "): nothing was done.";
      case "unmatched" ->
          "It reads as: "
              + read.strip()
              + ". No delivery was found for it; it is kept, and nothing follows.";
      default ->
          "It reads as: "
              + read.strip()
              + ", of delivery "
              + feedback.path("match").path("delivery").asText()
              + " (by "
              + feedback.path("match").path("by").asText()
              + "). "
              + (taken.path("dryRun").asBoolean() ? "It would do: " : "Done: ")
              + (effects.isEmpty() ? "nothing" : effects)
              + ".";
    };
  }
}
