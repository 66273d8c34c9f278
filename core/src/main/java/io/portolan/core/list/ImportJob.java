package io.portolan.core.list;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * The record of one import, as of the last group of rows that was committed.
 *
 * @param error why it failed, and what to do; empty unless it did
 */
public record ImportJob(
    long id, long listId, ImportState state, Progress progress, Optional<String> error) {

  /**
   * How far it came.
   *
   * @param fileName for people
   * @param bytesTotal the size of the file, if it was known
   * @param bytesRead how much of it is done
   * @param finishedAt when it finished or failed
   */
  public record Progress(
      String fileName,
      Optional<Long> bytesTotal,
      long bytesRead,
      ImportCounts rows,
      Instant startedAt,
      Optional<Instant> finishedAt) {}

  /** What became of the rows so far. */
  public ImportCounts rows() {
    return progress.rows;
  }

  /** How long it has taken, to now or to its end. */
  public Duration elapsed(Instant now) {
    return Duration.between(progress.startedAt, progress.finishedAt.orElse(now));
  }

  /** Rows a second on average. */
  public double rowsPerSecond(Instant now) {
    long millis = elapsed(now).toMillis();
    return millis <= 0 ? 0 : progress.rows.read() * 1_000.0 / millis;
  }

  /** How long it will still take at the present rate; empty where that cannot be said. */
  public Optional<Duration> timeLeft(Instant now) {
    if (state != ImportState.RUNNING || progress.bytesRead == 0) {
      return Optional.empty();
    }
    double millisPerByte = (double) elapsed(now).toMillis() / progress.bytesRead;
    return progress.bytesTotal.map(
        total ->
            Duration.ofMillis(Math.round(millisPerByte * Math.max(0, total - progress.bytesRead))));
  }
}
