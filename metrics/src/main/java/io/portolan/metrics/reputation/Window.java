package io.portolan.metrics.reputation;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A span of time up to now, and the one as long before it that it is held against. */
public enum Window {
  DAY("24h", "24 h"),
  WEEK("7d", "7 d"),
  MONTH("30d", "30 d");

  /** How many stretches of time {@link ReputationStore} tells apart, the latest first. */
  static final int PERIODS = 7;

  private final String id;
  private final String title;

  Window(String id, String title) {
    this.id = id;
    this.title = title;
  }

  /** As in the API, such as {@code 7d}. */
  public String id() {
    return id;
  }

  /** Its name for people. */
  public String title() {
    return title;
  }

  /** The window of a name that {@link #id} gave. */
  public static Optional<Window> of(String id) {
    return Arrays.stream(values()).filter(window -> window.id.equals(id)).findFirst();
  }

  /** The periods of it. */
  List<Integer> now() {
    return switch (this) {
      case DAY -> List.of(0);
      case WEEK -> List.of(0, 1, 2, 3);
      case MONTH -> List.of(0, 1, 2, 3, 4, 5);
    };
  }

  /** The periods of the span before it. */
  List<Integer> before() {
    return switch (this) {
      case DAY -> List.of(1);
      case WEEK -> List.of(4);
      case MONTH -> List.of(6);
    };
  }

  /** The periods of it about which little more is to come: sent three days ago and earlier. */
  List<Integer> mature() {
    return switch (this) {
      case DAY -> List.of();
      case WEEK -> List.of(3);
      case MONTH -> List.of(3, 4, 5);
    };
  }
}
