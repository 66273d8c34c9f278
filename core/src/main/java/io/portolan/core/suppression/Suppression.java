package io.portolan.core.suppression;

import java.time.Instant;
import java.util.Optional;

/**
 * A suppression to be added.
 *
 * @param source who or what says so, such as {@code api key "crm"} or {@code campaign 12}
 * @param evidence what it rests on
 * @param note for people; may be empty
 * @param expiresAt from when it suppresses nobody any more; empty for never
 */
public record Suppression(
    SuppressionTarget target,
    SuppressionScope scope,
    SuppressionReason reason,
    String source,
    Evidence evidence,
    String note,
    Instant at,
    Optional<Instant> expiresAt) {
  /** The longest note, source and evidence kept. */
  public static final int MAX_TEXT = 1_000;

  /**
   * What a suppression rests on.
   *
   * @param text the reply or the feedback in its own words; may be empty
   * @param campaignId of the delivery that it came to
   * @param deliveryId that it came to
   */
  public record Evidence(String text, Optional<Long> campaignId, Optional<Long> deliveryId) {
    public static final Evidence NONE = new Evidence("", Optional.empty(), Optional.empty());

    public Evidence {
      text = cut(text);
    }
  }

  public Suppression {
    if (source.isBlank()) {
      throw new IllegalArgumentException("a suppression has a source");
    }
    source = cut(source);
    note = cut(note);
  }

  /** For all mail, without evidence and without end. */
  public Suppression(
      SuppressionTarget target, SuppressionReason reason, String source, String note, Instant at) {
    this(
        target,
        SuppressionScope.EVERYTHING,
        reason,
        source,
        Evidence.NONE,
        note,
        at,
        Optional.empty());
  }

  // PostgreSQL has no text with a null character
  private static String cut(String text) {
    String clean = text.replace('\0', ' ');
    return clean.length() <= MAX_TEXT ? clean : clean.substring(0, MAX_TEXT);
  }
}
