package io.portolan.core.suppression;

import java.time.Instant;

/**
 * A suppression to be added.
 *
 * @param source who or what says so, such as {@code api key "crm"} or {@code campaign 12}
 * @param note for people; may be empty
 */
public record Suppression(
    SuppressionTarget target, SuppressionReason reason, String source, String note, Instant at) {
  /** The longest note and source kept. */
  public static final int MAX_TEXT = 1_000;

  public Suppression {
    if (source.isBlank()) {
      throw new IllegalArgumentException("a suppression has a source");
    }
    source = cut(source);
    note = cut(note);
  }

  // PostgreSQL has no text with a null character
  private static String cut(String text) {
    String clean = text.replace('\0', ' ');
    return clean.length() <= MAX_TEXT ? clean : clean.substring(0, MAX_TEXT);
  }
}
