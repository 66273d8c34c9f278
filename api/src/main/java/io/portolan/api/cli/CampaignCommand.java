package io.portolan.api.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portolan campaign}: writing, testing, scheduling, steering and watching campaigns. */
@Command(name = "campaign", description = "Campaigns.")
final class CampaignCommand {
  private static final String CAMPAIGNS = "/api/v1/campaigns";
  private static final Pattern MAILBOX = Pattern.compile("\\s*(.*?)\\s*<([^<>]+)>\\s*");
  private static final long POLL_MILLIS = 500;

  @Command(name = "create", description = "Makes a draft.")
  int create(
      @Mixin Remote remote,
      @Option(names = "--name", required = true) String name,
      @Option(names = "--list", required = true, description = "Id or name.") String list,
      @Option(
              names = "--from",
              required = true,
              description = "Such as 'Shop <news@shop.example>'.")
          String from,
      @Option(names = "--reply-to", defaultValue = "") String replyTo,
      @Option(names = "--subject", defaultValue = "", description = "A Handlebars template.")
          String subject,
      @Option(names = "--html", description = "File with the HTML template.") Path html,
      @Option(names = "--text", description = "File with the text template.") Path text,
      @Option(
              names = "--template",
              defaultValue = "",
              description = "Id or name, instead of subject and files.")
          String template)
      throws IOException {
    Matcher mailbox = MAILBOX.matcher(from);
    boolean named = mailbox.matches();
    Map<String, Object> content = new HashMap<>();
    content.put("fromName", named ? mailbox.group(1).replaceAll("^\"|\"$", "") : "");
    content.put("fromAddress", named ? mailbox.group(2) : from);
    content.put("replyTo", replyTo);
    content.put("subject", subject);
    content.put("html", html == null ? "" : Files.readString(html));
    content.put("text", text == null ? "" : Files.readString(text));
    try (ApiClient client = remote.client()) {
      Map<String, Object> campaign = new HashMap<>();
      campaign.put("name", name);
      campaign.put("listId", remote.find(client, "list", "/api/v1/lists", list));
      campaign.put("content", content);
      if (!template.isEmpty()) {
        campaign.put("templateId", remote.find(client, "template", "/api/v1/templates", template));
      }
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

  @Command(name = "show", description = "Shows the campaigns, newest first.")
  int show(@Mixin Remote remote) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.get(CAMPAIGNS + "?limit=100"),
          answer -> {
            Table table = new Table("ID", "NAME", "STATE", "LAUNCH", "ENDED");
            for (JsonNode campaign : answer.path("items")) {
              table.add(
                  campaign.path("id").asText(),
                  campaign.path("name").asText(),
                  campaign.path("state").asText(),
                  campaign.path("launchAt").asText(),
                  campaign.path("endedAt").asText());
            }
            remote.out().print(table);
          });
    }
    return 0;
  }

  @Command(name = "schedule", description = "Schedules a draft.")
  int schedule(
      @Mixin Remote remote,
      @Parameters(paramLabel = "CAMPAIGN", description = "Id or name.") String campaign,
      @Option(
              names = "--at",
              required = true,
              description =
                  "now, a time with offset (2026-12-01T09:00:00+01:00), or a local time beside --zone.")
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

  @Command(name = "resume", description = "Lets a paused campaign go on.")
  int resume(@Mixin Remote remote, @Parameters(paramLabel = "CAMPAIGN") String campaign) {
    return steer(remote, campaign, "resume", Map.of());
  }

  @Command(name = "cancel", description = "Ends a campaign; what was accepted stays accepted.")
  int cancel(@Mixin Remote remote, @Parameters(paramLabel = "CAMPAIGN") String campaign) {
    return steer(remote, campaign, "cancel", Map.of());
  }

  @Command(
      name = "test",
      description = "Sends the message to a few addresses, outside the statistics.")
  int test(
      @Mixin Remote remote,
      @Parameters(index = "0", paramLabel = "CAMPAIGN") String campaign,
      @Parameters(index = "1..*", arity = "1..*", paramLabel = "ADDRESS") List<String> to) {
    try (ApiClient client = remote.client()) {
      JsonNode answer = client.post(path(remote, client, campaign) + "/test", Map.of("to", to));
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
        JsonNode progress = client.get(path);
        if (remote.wantsJson()) {
          remote.say(progress.toString());
        } else {
          screen.show(progress);
        }
        String state = progress.path("state").asText();
        if (state.equals("finished") || state.equals("cancelled")) {
          return 0;
        }
        Thread.sleep(POLL_MILLIS);
      }
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
                      + "."));
    }
    return 0;
  }

  private static String path(Remote remote, ApiClient client, String campaign) {
    return CAMPAIGNS + "/" + remote.find(client, "campaign", CAMPAIGNS, campaign);
  }
}
