package io.portolan.api.bench;

import io.portolan.api.application.Application;
import io.portolan.api.sink.BenchException;
import io.portolan.core.campaign.Campaign;
import io.portolan.core.campaign.CampaignContent;
import io.portolan.core.campaign.CampaignSettings;
import io.portolan.core.campaign.InDoubt;
import io.portolan.core.list.ImportJob;
import io.portolan.core.list.ImportOptions;
import io.portolan.core.list.ImportRequest;
import io.portolan.core.list.ImportState;
import io.portolan.core.list.RecipientImporter;
import io.portolan.core.policy.PolicyCheck;
import io.portolan.core.policy.PortPolicy;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** The campaign of a bench, from the policy to its end. Not thread-safe. */
final class BenchCampaign {
  private static final Duration POLL = Duration.ofMillis(100);
  private static final int POLLS_PER_LOOK = 5;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final Application.Parts parts;
  private final BenchScreen screen;

  BenchCampaign(Application.Parts parts, BenchScreen screen) {
    this.parts = parts;
    this.screen = screen;
  }

  void activate(PortPolicy policy) {
    PolicyCheck check =
        new PolicyCheck(id -> parts.isps().find(id).isPresent(), parts.stores().relays());
    int version = parts.stores().policies().append(policy, check, "bench", "").version();
    parts.stores().policies().activate(version, check, "bench", "");
  }

  /** A list and how fast it was filled. */
  record Imported(long listId, double rowsPerSecond) {}

  /** Imports a file as the API does, into a new list. */
  Imported importList(String name, Path file, int rows) throws IOException {
    long listId = parts.stores().lists().create(name, "").id();
    RecipientImporter importer =
        new RecipientImporter(parts.database(), parts.clock(), RecipientImporter.PATIENCE);
    ImportRequest request =
        new ImportRequest(
            listId, "bench.csv", Optional.of(Files.size(file)), ImportOptions.DEFAULT);
    long start = System.nanoTime();
    try (InputStream csv = new BufferedInputStream(Files.newInputStream(file))) {
      ImportJob job =
          importer.run(
              request,
              csv,
              progress -> screen.progress("importing", progress.rows().read(), rows, since(start)));
      Duration took = since(start);
      if (job.state() != ImportState.FINISHED || job.rows().created() != rows) {
        throw new BenchException(
            "The import brought " + job.rows() + " instead of " + rows + " recipients.");
      }
      return new Imported(listId, rows / seconds(took));
    }
  }

  long draft(long listId, CampaignContent content) {
    return parts
        .stores()
        .campaigns()
        .create(
            new CampaignSettings(
                "Bench",
                Optional.of(listId),
                Optional.empty(),
                content,
                Optional.empty(),
                InDoubt.RESEND))
        .id();
  }

  /** Launches a campaign and returns how long it took to its end. */
  Duration send(long campaignId, int recipients) throws InterruptedException {
    Instant launched = parts.clock().instant();
    parts.scheduler().scheduleNow(campaignId);
    long accepted = 0;
    Instant lastProgress = launched;
    for (int poll = 1; ; poll++) {
      Thread.sleep(POLL);
      Campaign campaign = parts.stores().campaigns().get(campaignId);
      if (campaign.state().isEnded()) {
        return Duration.between(launched, campaign.times().endedAt().orElseThrow());
      }
      if (poll % POLLS_PER_LOOK == 0) {
        Instant now = parts.clock().instant();
        long before = accepted;
        accepted = parts.stores().progress().progress(campaignId, now).total().sent();
        screen.progress("sending", accepted, recipients, Duration.between(launched, now));
        if (accepted > before) {
          lastProgress = now;
        } else if (Duration.between(lastProgress, now).compareTo(PATIENCE) > 0) {
          throw new BenchException(
              "Nothing was sent for "
                  + PATIENCE.toSeconds()
                  + " s; "
                  + accepted
                  + " of "
                  + recipients
                  + " messages are accepted.");
        }
      }
    }
  }

  static double seconds(Duration duration) {
    return duration.toNanos() / 1e9;
  }

  private static Duration since(long startNanos) {
    return Duration.ofNanos(System.nanoTime() - startNanos);
  }
}
