package io.portolan.core;

import io.portolan.core.InvalidException.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** Collects what is wrong with an input, so that all of it is said at once. Not thread-safe. */
public final class Problems {
  private final List<Problem> found = new ArrayList<>();

  public void add(String place, String reason) {
    found.add(new Problem(place, reason));
  }

  public boolean isEmpty() {
    return found.isEmpty();
  }

  /** Adds a problem unless the text has something on it and is {@link #checkLine one line}. */
  public void checkName(String place, String text, int longest) {
    if (text.isBlank()) {
      add(place, "is empty");
    } else {
      checkLine(place, text, longest);
    }
  }

  /** Adds a problem unless the text is short enough and without line breaks or other controls. */
  public void checkLine(String place, String text, int longest) {
    if (text.chars().anyMatch(Character::isISOControl)) {
      add(place, "has a line break or another control character; it must be one line");
    } else {
      checkText(place, text, longest);
    }
  }

  /** Adds a problem unless the text is short enough and can be stored. */
  public void checkText(String place, String text, int longest) {
    if (text.length() > longest) {
      add(place, "is %,d characters long; %,d are allowed".formatted(text.length(), longest));
    }
    if (text.indexOf('\0') >= 0) {
      add(place, "has a NUL character");
    }
  }

  /**
   * Ends the check.
   *
   * @param message what cannot be done, as a sentence without its full stop
   * @throws InvalidException with the message and every problem, if there is any
   */
  public void throwIfAny(String message) {
    if (!found.isEmpty()) {
      throw new InvalidException(
          found.stream()
              .map(problem -> problem.place() + " " + problem.reason())
              .collect(Collectors.joining("; ", message + ": ", ".")),
          found);
    }
  }
}
