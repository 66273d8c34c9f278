package io.portolan.api.schedule;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import io.portolan.api.cli.Remote;
import io.portolan.api.cli.Table;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code portolan report schedule}: reports that are sent at set times. */
@Command(name = "schedule", description = "Reports that are sent at set times, by mail or webhook.")
public final class ReportScheduleCommand {
  private static final String SCHEDULES = "/api/v1/report-schedules";

  /** What a report is about. */
  static final class What {
    @Option(
        names = "--report",
        paramLabel = "KIND",
        required = true,
        description = "all, campaign, isp, ports or reputation.")
    private String report = "";

    @Option(names = "--campaign", description = "With --report campaign: id or name.")
    private Optional<String> campaign = Optional.empty();

    @Option(names = "--isp", description = "With --report isp: its id.")
    private Optional<String> isp = Optional.empty();

    @Option(
        names = "--days",
        paramLabel = "N",
        description = "The last 1, 7 or 30 days; not with a campaign.")
    private Optional<Integer> days = Optional.empty();
  }

  /** When it is sent. */
  static final class When {
    @Option(names = "--every", required = true, description = "day, week or month.")
    private String every = "";

    @Option(names = "--weekday", description = "With --every week: such as monday.")
    private Optional<String> weekday = Optional.empty();

    @Option(
        names = "--day-of-month",
        paramLabel = "N",
        description = "With --every month: 1 to 31; in a shorter month its last day.")
    private Optional<Integer> dayOfMonth = Optional.empty();

    @Option(names = "--at", required = true, description = "Local time, such as 08:30.")
    private String at = "";

    @Option(names = "--zone", required = true, description = "Such as Europe/Berlin.")
    private String zone = "";
  }

  /** Who gets it. */
  static final class Who {
    @Option(names = "--from", description = "Sender of the mail; its domain signs.")
    private Optional<String> from = Optional.empty();

    @Option(names = "--from-name", description = "Shown beside the sender.")
    private Optional<String> fromName = Optional.empty();

    @Option(names = "--to", description = "An address; may be repeated.")
    private List<String> to = List.of();

    @Option(names = "--webhook", paramLabel = "URL", description = "In place of mail.")
    private Optional<String> webhook = Optional.empty();

    @Option(
        names = "--secret",
        description = "Where the server finds the webhook's key: env:NAME or file:PATH.")
    private Optional<String> secret = Optional.empty();
  }

  @Command(name = "add", description = "Makes a schedule.")
  int add(
      @Mixin Remote remote,
      @Parameters(paramLabel = "NAME") String name,
      @Mixin What what,
      @Mixin When when,
      @Mixin Who who,
      @Option(names = "--disabled", description = "Send nothing until it is enabled by the API.")
          boolean disabled) {
    try (ApiClient client = remote.client()) {
      Map<String, Object> body = new LinkedHashMap<>();
      body.put("name", name);
      body.put("report", what.report);
      what.campaign.ifPresent(
          it -> body.put("campaign", remote.find(client, "campaign", "/api/v1/campaigns", it)));
      what.isp.ifPresent(it -> body.put("isp", it));
      what.days.ifPresent(it -> body.put("days", it));
      body.put("every", when.every);
      when.weekday.ifPresent(it -> body.put("weekday", it));
      when.dayOfMonth.ifPresent(it -> body.put("dayOfMonth", it));
      body.put("at", when.at);
      body.put("zone", when.zone);
      if (who.from.isPresent() || !who.to.isEmpty()) {
        Map<String, Object> mail = new LinkedHashMap<>();
        mail.put("from", who.from.orElse(""));
        who.fromName.ifPresent(it -> mail.put("fromName", it));
        mail.put("to", who.to);
        body.put("mail", mail);
      }
      who.webhook.ifPresent(
          url -> {
            Map<String, Object> webhook = new LinkedHashMap<>();
            webhook.put("url", url);
            who.secret.ifPresent(it -> webhook.put("secretRef", it));
            body.put("webhook", webhook);
          });
      body.put("enabled", !disabled);
      remote.show(
          client.post(SCHEDULES, body),
          it ->
              remote.say(
                  "Schedule "
                      + it.path("id").asText()
                      + " is made. "
                      + (disabled
                          ? "It sends nothing while it is disabled."
                          : "It sends next at " + it.path("nextRun").asText() + ".")));
    }
    return 0;
  }

  @Command(name = "list", description = "Shows the schedules.")
  int list(@Mixin Remote remote) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.get(SCHEDULES),
          answer -> {
            Table table =
                new Table("ID", "NAME", "REPORT", "WHEN", "TO", "NEXT", "LAST", "TROUBLE");
            for (JsonNode each : answer.path("items")) {
              JsonNode settings = each.path("settings");
              table.add(
                  each.path("id").asText(),
                  settings.path("name").asText(),
                  what(settings),
                  when(settings),
                  who(settings),
                  each.path("nextRun").asText("disabled"),
                  last(each.path("lastRun")),
                  each.path("lastRun").path("trouble").asText());
            }
            remote.out().print(table);
          });
    }
    return 0;
  }

  @Command(name = "show", description = "Shows a schedule and what became of its latest runs.")
  int show(@Mixin Remote remote, @Parameters(paramLabel = "SCHEDULE") String schedule) {
    try (ApiClient client = remote.client()) {
      String path = path(remote, client, schedule);
      JsonNode one = client.get(path);
      JsonNode runs = client.get(path + "/runs");
      if (remote.wantsJson()) {
        remote.say(one.toPrettyString());
        return 0;
      }
      JsonNode settings = one.path("settings");
      remote.say(settings.path("name").asText() + " (" + one.path("id").asText() + ")");
      remote.say("  " + what(settings) + ", " + when(settings) + ", to " + who(settings));
      remote.say("  next: " + one.path("nextRun").asText("disabled"));
      Table table = new Table("RUN", "DUE", "STATE", "TRIES", "NEXT TRY", "TROUBLE");
      for (JsonNode run : runs.path("items")) {
        table.add(
            run.path("id").asText(),
            run.path("due").asText(),
            run.path("state").asText(),
            run.path("tries").asText(),
            run.path("nextTry").asText("-"),
            run.path("trouble").asText());
      }
      remote.out().print(table);
      remote.out().flush();
    }
    return 0;
  }

  @Command(name = "remove", description = "Removes a schedule and what is known of its runs.")
  int remove(@Mixin Remote remote, @Parameters(paramLabel = "SCHEDULE") String schedule) {
    try (ApiClient client = remote.client()) {
      client.delete(path(remote, client, schedule));
      remote.say("The schedule " + schedule + " is gone.");
    }
    return 0;
  }

  @Command(name = "run", description = "Sends a schedule's report now, beside its times.")
  int run(@Mixin Remote remote, @Parameters(paramLabel = "SCHEDULE") String schedule) {
    try (ApiClient client = remote.client()) {
      remote.show(
          client.post(path(remote, client, schedule) + "/run"),
          run ->
              remote.say(
                  "Run "
                      + run.path("id").asText()
                      + " is on its way. See what becomes of it: portolan report schedule show "
                      + schedule));
    }
    return 0;
  }

  private static String path(Remote remote, ApiClient client, String schedule) {
    return SCHEDULES + "/" + remote.find(client, "report schedule", SCHEDULES, schedule);
  }

  private static String what(JsonNode settings) {
    String report = settings.path("report").asText();
    String of =
        switch (report) {
          case "campaign" -> " " + settings.path("campaign").asText();
          case "isp" -> " " + settings.path("isp").asText();
          default -> "";
        };
    return report + of + (settings.has("days") ? " " + settings.path("days").asText() + " d" : "");
  }

  private static String when(JsonNode settings) {
    String every = settings.path("every").asText();
    String day =
        switch (every) {
          case "week" -> " " + settings.path("weekday").asText();
          case "month" -> " " + settings.path("dayOfMonth").asText();
          default -> "";
        };
    return every + day + " " + settings.path("at").asText() + " " + settings.path("zone").asText();
  }

  private static String who(JsonNode settings) {
    if (settings.hasNonNull("webhook")) {
      return settings.path("webhook").path("url").asText();
    }
    List<String> to = new ArrayList<>();
    settings.path("mail").path("to").forEach(address -> to.add(address.asText()));
    return String.join(" ", to);
  }

  private static String last(JsonNode run) {
    return run.isObject() ? run.path("state").asText() + " " + run.path("due").asText() : "-";
  }
}
