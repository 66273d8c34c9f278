package io.portolan.api.demo;

import com.fasterxml.jackson.databind.JsonNode;
import io.portolan.api.cli.ApiClient;
import java.time.Duration;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;

/** Watches a campaign until it ends, and says when a path changes. Not thread-safe. */
final class DemoWatch {
  private static final Duration POLL = Duration.ofMillis(500);

  /** Not every half second a line where lines stay. */
  private static final int POLLS_PER_LINE = 4;

  private static final String OPEN = "open";

  private final ApiClient client;
  private final DemoScreen screen;
  private final Map<String, String> states = new HashMap<>();

  DemoWatch(ApiClient client, DemoScreen screen) {
    this.client = client;
    this.screen = screen;
  }

  /**
   * Watches.
   *
   * @param patience after which to give up
   * @return whether the campaign has ended
   */
  boolean untilEnded(long campaignId, Duration patience) throws InterruptedException {
    String campaign = "/api/v1/campaigns/" + campaignId;
    String path = campaign + "/progress";
    long deadline = System.nanoTime() + patience.toNanos();
    for (int poll = 0; System.nanoTime() - deadline < 0; poll++) {
      JsonNode progress = client.get(path);
      sayPaths();
      progress.path("holds").forEach(hold -> letGoOn(campaign, hold));
      String state = progress.path("state").asText();
      boolean hasEnded = state.equals("finished") || state.equals("cancelled");
      if (hasEnded || screen.isTerminal() || poll % POLLS_PER_LINE == 0) {
        screen.show(progress);
      }
      if (hasEnded) {
        return true;
      }
      Thread.sleep(POLL);
    }
    return false;
  }

  /** The demo's list is bad on purpose, so its person in charge overrides what guardrails hold. */
  private void letGoOn(String campaign, JsonNode hold) {
    String isp = hold.path("isp").asText();
    screen.say(
        "a guardrail holds "
            + (isp.isEmpty() ? "the campaign" : isp)
            + ": "
            + hold.path("reason").asText());
    Map<String, Object> request = new HashMap<>();
    request.put("override", true);
    request.put("note", "The demo's list and network are bad on purpose.");
    if (!isp.isEmpty()) {
      request.put("isp", isp);
    }
    client.post(campaign + "/resume", request);
    screen.say("the demo's person in charge lets it go on, by campaign resume --override");
  }

  private void sayPaths() {
    for (JsonNode status : client.get("/api/v1/paths").path("paths")) {
      String label = label(status);
      String state = status.path("state").asText().toLowerCase(Locale.ROOT).replace('_', '-');
      String before = states.put(label, state);
      String reason = status.path("evidence").asText();
      switch (state) {
        case "suspect", "blocked" -> {
          if (!state.equals(before) && !(state.equals("blocked") && "half-open".equals(before))) {
            screen.say(label + " is " + state + ": " + reason + "; its mail takes another path");
          }
        }
        case OPEN -> {
          if (before != null && !before.equals(OPEN) && !before.equals("unknown")) {
            screen.say(label + " is open again");
          } else if (!OPEN.equals(before) && !label.startsWith("direct")) {
            screen.say(label + " is in use");
          }
        }
        default -> {
          // unknown or being tried: nothing to tell yet
        }
      }
    }
  }

  private static String label(JsonNode status) {
    JsonNode path = status.path("path");
    String target = status.path("target").asText();
    return path.path("route").asText()
        + ":"
        + path.path("port").asInt()
        + (target.isEmpty() ? "" : " to " + target);
  }
}
