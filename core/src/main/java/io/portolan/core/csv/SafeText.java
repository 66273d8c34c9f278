package io.portolan.core.csv;

import java.util.regex.Pattern;

/**
 * Text of strangers in a cell of CSV, so that no spreadsheet takes it for a formula: what begins
 * like one gets an apostrophe before it, which spreadsheets take for "text follows".
 */
public final class SafeText {
  // apostrophes before it are counted in, so that reading takes off what writing put there
  private static final Pattern FORMULA = Pattern.compile("^'*[=+\\-@\t\r]");

  private SafeText() {}

  /** A text as it is to be written. */
  public static String written(String text) {
    return FORMULA.matcher(text).find() ? "'" + text : text;
  }

  /** The text that {@link #written} was given. */
  public static String read(String cell) {
    return cell.startsWith("'") && FORMULA.matcher(cell).find() ? cell.substring(1) : cell;
  }
}
