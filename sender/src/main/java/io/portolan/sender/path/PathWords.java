package io.portolan.sender.path;

import io.portolan.core.policy.PolicyPath;
import io.portolan.sender.hold.RouteHold;
import java.time.temporal.ChronoUnit;

/** The reasons of a choice in words, for people. Holds no state. */
final class PathWords {
  private PathWords() {}

  /** Words for the path that is taken, by its condition before. */
  static String chosen(PathCondition condition, PolicyPath stated) {
    return chosen(condition) + share(stated);
  }

  static String share(PolicyPath stated) {
    return stated.share().map(percent -> " (takes " + percent + " %)").orElse("");
  }

  static String chosen(PathCondition condition) {
    return switch (condition.state()) {
      case UNKNOWN -> "not tried yet";
      case OPEN -> "open";
      case SUSPECT, BLOCKED, HALF_OPEN ->
          "tried again after being " + condition.state().id() + " (" + condition.evidence() + ")";
    };
  }

  /** Words for a path that is passed over. */
  static String words(PathCondition condition) {
    return switch (condition.state()) {
      case UNKNOWN -> "not tried yet";
      case OPEN -> "open";
      case SUSPECT, BLOCKED ->
          condition.state().id()
              + " until "
              + condition.until().truncatedTo(ChronoUnit.SECONDS)
              + " ("
              + condition.evidence()
              + ")";
      case HALF_OPEN -> "blocked (" + condition.evidence() + ")";
    };
  }

  static String words(RouteHold hold) {
    return "relay " + hold.route() + " is on hold (" + hold.reply() + ")";
  }
}
