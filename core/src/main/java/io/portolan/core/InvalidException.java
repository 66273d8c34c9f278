package io.portolan.core;

import java.util.List;

/** Input that cannot be accepted, with every place that is wrong. Nothing of it was applied. */
public final class InvalidException extends CoreException {
  private static final long serialVersionUID = 1L;

  private final transient List<Problem> problems;

  /**
   * One wrong place.
   *
   * @param place where: a field such as {@code rules[2].paths[0].port}, or a line such as {@code
   *     line 3}
   * @param reason what is wrong there and what would be right, as a sentence
   */
  public record Problem(String place, String reason) {}

  public InvalidException(String message, List<Problem> problems) {
    super(message);
    this.problems = List.copyOf(problems);
  }

  public InvalidException(String place, String reason) {
    this(place + ": " + reason, List.of(new Problem(place, reason)));
  }

  public List<Problem> problems() {
    return problems;
  }
}
