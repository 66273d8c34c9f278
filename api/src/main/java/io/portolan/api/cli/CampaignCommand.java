package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.reports.RelayedText;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portolan campaign}: writing, testing, scheduling, steering and watching campaigns. */
@Command(name = "campaign", description = "Campaigns.")
final class CampaignCommand {
  private static final String CAMPAIGNS = "/api/v1/campaigns";
  private static final long POLL_MILLIS = 500;

  /** What the server takes for one address at most. */
  private static final Duration A_TEST = Duration.ofSeconds(90);

  @Command(name = "create", description = "Makes a draft.")
  int create(
      @Mixin Remote remote,
      @Option(names = "--name", required = true) String name,
      @Mixin CampaignDraft draft)
      throws IOException {
    try (ApiClient client = remote.client()) {
      Map<String, @Nullable Object> campaign = draft.fields(remote, client);
      campaign.put("name", name);
      remote.show(
          client.post(CAMPAIGNS, campaign),
          it ->
              remote.say(
                  "Campaign "
                      + it.path("id").asLong()
                      + ", "
                      + name
                      + ", is a draft. Next: portolan campaign schedule "
                      + it.path("id").asLong()
                      + " --at now"));
    }
    return 0;
  }

  @Command(name = "edit", description = "Changes a draft; what is not given stays.")
  int edit(
      @Mixin Remote remote,
      @Parameters(paramLabel = "CAMPAIGN", description = "Id or name.") String campaign,
      @Option(names = "--name", description = "A new name.") Optional<String> name,
      @Mixin CampaignDraft draft)
      throws IOException {
    try (ApiClient client = remote.client()) {
      Map<String, @Nullable Object> fields = draft.fields(remote, client);
      name.ifPresent(it -> fields.put("name", it));
      remote.show(
          client.patch(path(remote, client, campaign), fields),
          it -> remote.say("Campaign " + it.path("id").asLong() + " is changed."));
    }
    return 0;
  }

  @Command(name = "delete", description = "Removes a draft.")
  int delete(@Mixin Remote remote, @Parameters(paramLabel = "CAMPAIGN") String campaign) {
    try (ApiClient client = remote.client()) {
      client.delete(path(remote, client, campaign));
      remote.say("Campaign " + campaign + " is gone.");
    }
    return 0;
  }

  @Command(name = "preview", description = "Shows the message of one recipient.")
  int preview(
      @Mixin Remote remote,
      @Parameters(paramLabel = "CAMPAIGN") String campaign,
      @Option(names = "--recipient", description = "Id of a recipient of the campaign's list.")
          Optional<Long> recipient,
      @Option(names = "--address") Optional<String> address,
      @Option(
              names = "--attribute",
              paramLabel = "NAME=VALUE",
              description = "May be repeated; instead of a recipient's.")
          @Nullable Map<String, String> attributes) {
    Map<String, Object> request = new HashMap<>();
    recipient.ifPresent(it -> request.put("recipientId", it));
    address.ifPresent(it -> request.put("address", it));
    if (attributes != null) {
      request.put("attributes", attributes);
    }
    try (ApiClient client = remote.client()) {
      remote.show(
          client.post(path(remote, client, campaign) + "/preview", request),
          it ->
              it.properties()
                  .forEach(
                      part ->
                          remote.say(
                              "--- "
                                  + part.getKey()
                                  + "\n"
                                  + (part.getValue().isTextual()
                                      ? part.getValue().asText()
                                      : part.getValue().toPrettyString())
                                  + "\n")));
    }
    return 0;
  }

  @Command(
      name = "show",
      description = "Shows the campaigns, newest first, or one with what guardrails hold of it.")
  int show(
      @Mixin Remote remote,
      @Parameters(arity = "0..1", paramLabel = "CAMPAIGN", description = "Id or name; all without.")
          @Nullable String campaign) {
    try (ApiClient client = remote.client()) {
      if (campaign != null) {
        remote.show(client.get(path(remote, client, campaign)), one -> show(remote, one));
        return 0;
      }
      remote.show(
          client.get(CAMPAIGNS + "?limit=100"),
          answer -> {
            Table table = new Table("ID", "NAME", "STATE", "LAUNCH", "ENDED");
            answer.path("items").forEach(each -> add(table, each));
            remote.out().print(table);
          });
    }
    return 0;
  }

  private static void show(Remote remote, JsonNode campaign) {
    Table table = new Table("ID", "NAME", "STATE", "LAUNCH", "ENDED");
    add(table, campaign);
    remote.out().print(table);
    if (campaign.path("holds").isEmpty()) {
      return;
    }
    Table holds = new Table("HELD SINCE", "HELD", "WHY");
    for (JsonNode hold : campaign.path("holds")) {
      holds.add(
          hold.path("heldAt").asText(),
          hold.path("isp").asText("the campaign"),
          hold.path("reason").asText());
    }
    remote.out().print(holds);
    if (campaign.has("note")) {
      remote.say(campaign.path("note").asText());
    }
  }

  private static void add(Table table, JsonNode campaign) {
    table.add(
        campaign.path("id").asText(),
        campaign.path("name").asText(),
        campaign.path("state").asText(),
        campaign.path("launchAt").asText(),
        campaign.path("endedAt").asText());
  }

  @Command(name = "schedule", description = "Schedules a draft.")
  int schedule(
      @Mixin Remote remote,
      @Parameters(paramLabel = "CAMPAIGN", description = "Id or name.") String campaign,
      @Option(
              names = "--at",
              required = true,
              description =
                  "now, a time with offset (2026-12-01T09:00:00+01:00), or a local time beside"
                      + " --zone.")
          String at,
      @Option(names = "--zone", defaultValue = "", description = "Such as Europe/Berlin.")
          String zone) {
    Map<String, Object> request = new HashMap<>(Map.of("at", at));
    if (!zone.isEmpty()) {
      request.put("zone", zone);
    }
    return steer(remote, campaign, "schedule", request);
  }

  @Command(name = "unschedule", description = "Makes a scheduled campaign a draft again.")
  int unschedule(@Mixin Remote remote, @Parameters(paramLabel = "CAMPAIGN") String campaign) {
    return steer(remote, campaign, "unschedule", Map.of());
  }

  @Command(name = "pause", description = "Stops new messages within a second.")
  int pause(@Mixin Remote remote, @Parameters(paramLabel = "CAMPAIGN") String campaign) {
    return steer(remote, campaign, "pause", Map.of());
  }

  @Command(
      name = "resume",
      description = "Lets a paused campaign go on; with --override also what a guardrail holds.")
  int resume(
      @Mixin Remote remote,
      @Parameters(paramLabel = "CAMPAIGN") String campaign,
      @Mixin ResumeOptions options) {
    return steer(remote, campaign, "resume", options.request());
  }

  @Command(
      name = "guardrails",
      description = "What guardrails stopped of a campaign, why, and who let it go on.")
  int guardrails(@Mixin Remote remote, @Parameters(paramLabel = "CAMPAIGN") String campaign) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.get(path(remote, client, campaign) + "/guardrails"),
          answer -> {
            Table table = new Table("SINCE", "HELD", "WHY", "LET GO ON", "NOTE");
            answer
                .path("holds")
                .forEach(
                    hold ->
                        table.add(
                            hold.path("heldAt").asText(),
                            hold.path("isp").asText("the campaign"),
                            hold.path("reason").asText(),
                            hold.hasNonNull("releasedAt")
                                ? hold.path("releasedAt").asText()
                                    + " by "
                                    + hold.path("releasedBy").asText()
                                : "no",
                            hold.path("note").asText()));
            remote.out().print(table);
          });
    }
    return 0;
  }

  @Command(name = "cancel", description = "Ends a campaign; what was accepted stays accepted.")
  int cancel(@Mixin Remote remote, @Parameters(paramLabel = "CAMPAIGN") String campaign) {
    return steer(remote, campaign, "cancel", Map.of());
  }

  @Command(
      name = "in-doubt",
      description = "Decides on the deliveries of which nobody knows whether the peer took them.")
  int inDoubt(
      @Mixin Remote remote,
      @Parameters(index = "0", paramLabel = "CAMPAIGN", description = "Id or name.")
          String campaign,
      @Parameters(
              index = "1",
              paramLabel = "ACTION",
              description = "resend: some may get two copies; give-up: some may get none.")
          String action) {
    try (ApiClient client = remote.client()) {
      JsonNode answer =
          client.post(path(remote, client, campaign) + "/in-doubt", Map.of("action", action));
      remote.show(
          answer,
          it -> remote.say(it.path("deliveries").asInt() + " deliveries were in doubt: " + action));
    }
    return 0;
  }

  @Command(
      name = "test",
      description = "Sends the message to a few addresses, outside the statistics.")
  int test(
      @Mixin Remote remote,
      @Parameters(index = "0", paramLabel = "CAMPAIGN") String campaign,
      @Parameters(index = "1..*", arity = "1..*", paramLabel = "ADDRESS") List<String> to) {
    try (ApiClient client = remote.client()) {
      JsonNode answer =
          client.post(
              path(remote, client, campaign) + "/test",
              Map.of("to", to),
              A_TEST.multipliedBy(to.size() + 1L));
      remote.show(
          answer,
          it -> {
            Table table = new Table("TO", "OUTCOME", "PATH", "DETAIL");
            for (JsonNode result : it.path("results")) {
              table.add(
                  result.path("to").asText(),
                  result.path("outcome").asText(),
                  result.path("path").asText("-"),
                  result.path("detail").asText());
            }
            remote.out().print(table);
          });
    }
    return 0;
  }

  @Command(name = "watch", description = "Shows the progress until the campaign ends.")
  int watch(@Mixin Remote remote, @Parameters(paramLabel = "CAMPAIGN") String campaign)
      throws InterruptedException {
    try (ApiClient client = remote.client()) {
      String path = path(remote, client, campaign) + "/progress";
      ProgressScreen screen = new ProgressScreen(remote.out());
      while (true) {
        Optional<JsonNode> progress = progress(client, path, screen, remote);
        String state = progress.map(it -> it.path("state").asText()).orElse("");
        if (state.equals("draft")) {
          remote.say(
              "The campaign is a draft: nothing happens until it is scheduled, by portolan campaign"
                  + " schedule.");
          return 1;
        }
        if (state.equals("finished") || state.equals("cancelled")) {
          if (!remote.wantsJson()) {
            progress.ifPresent(it -> RelayedText.print(it.path("relays"), remote.out()));
            remote.out().flush();
          }
          return 0;
        }
        Thread.sleep(progress.isPresent() ? POLL_MILLIS : POLL_MILLIS * 6);
      }
    }
  }

  /** Shows how far the campaign is; empty when Portolan cannot say at the moment. */
  private static Optional<JsonNode> progress(
      ApiClient client, String path, ProgressScreen screen, Remote remote) {
    try {
      JsonNode progress = client.get(path);
      if (remote.wantsJson()) {
        remote.say(progress.toString());
      } else {
        screen.show(progress);
      }
      return Optional.of(progress);
    } catch (ApiException e) {
      if (!e.mayPass() || Thread.currentThread().isInterrupted()) {
        throw e;
      }
      if (!remote.wantsJson()) {
        screen.interject("No answer at the moment, still trying: " + e.getMessage());
      }
      return Optional.empty();
    }
  }

  private static int steer(
      Remote remote, String campaign, String verb, Map<String, Object> request) {
    try (ApiClient client = remote.client()) {
      JsonNode answer = client.post(path(remote, client, campaign) + "/" + verb, request);
      remote.show(
          answer,
          it ->
              remote.say(
                  "Campaign "
                      + it.path("id").asLong()
                      + ", "
                      + it.path("name").asText()
                      + ", is "
                      + it.path("state").asText()
                      + (it.hasNonNull("launchAt")
                          ? "; launch at " + it.path("launchAt").asText()
                          : "")
                      + "."
                      + (it.hasNonNull("note") ? "\n" + it.path("note").asText() : "")));
    }
    return 0;
  }

  private static String path(Remote remote, ApiClient client, String campaign) {
    return CAMPAIGNS + "/" + remote.find(client, "campaign", CAMPAIGNS, campaign);
  }
}
