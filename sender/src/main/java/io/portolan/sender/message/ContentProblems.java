package io.portolan.sender.message;

import io.portolan.core.InvalidException;
import io.portolan.core.InvalidException.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Gathers what is wrong with a campaign's content, so that its author learns of all of it at once.
 */
final class ContentProblems {
  private final List<Problem> problems = new ArrayList<>();

  /** The supplied value, or nothing and a problem more. */
  <T> Optional<T> of(Supplier<T> supplier) {
    try {
      return Optional.of(supplier.get());
    } catch (InvalidException e) {
      problems.addAll(e.problems());
      return Optional.empty();
    }
  }

  void add(String place, String reason) {
    problems.add(new Problem(place, reason));
  }

  void throwIfAny() {
    if (problems.isEmpty()) {
      return;
    }
    Problem first = problems.getFirst();
    String more = problems.size() == 1 ? "" : " (and " + (problems.size() - 1) + " more)";
    throw new InvalidException(first.place() + ": " + first.reason() + more, problems);
  }
}
