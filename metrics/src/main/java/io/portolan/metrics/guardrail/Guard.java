package io.portolan.metrics.guardrail;

import io.portolan.core.delivery.DeliveryOutcome;
import io.portolan.core.recorder.RecordedResult;
import io.portolan.core.reply.BounceCategory;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What is watched of a campaign, and of a campaign at each ISP. */
public enum Guard {
  /** Hard bounces, of what peers decided for good, and not for our reputation. */
  HARD_BOUNCE("hard bounces"),
  /** Refusals for reputation, for now or for good, and as spam for good, of all attempts. */
  BLOCK("blocks for reputation"),
  /** Complaints, of what ISPs with a feedback loop accepted. */
  COMPLAINT("complaints");

  private final String title;

  Guard(String title) {
    this.title = title;
  }

  /** The name in SQL and JSON, such as {@code hard-bounce}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The guard of a name that {@link #id} gave. */
  public static Optional<Guard> of(String id) {
    return Arrays.stream(values()).filter(guard -> guard.id().equals(id)).findFirst();
  }

  /**
   * The guard to which a refusal for good is a hit, at once or after acceptance; empty for none.
   */
  static Optional<Guard> ofRefusal(BounceCategory category) {
    if (isOfReputation(category)) {
      return Optional.of(BLOCK);
    }
    return category.isHard() ? Optional.of(HARD_BOUNCE) : Optional.empty();
  }

  /** What it counts, for people. */
  public String title() {
    return title;
  }

  /** What a result says to this guard; empty for nothing. */
  Optional<Boolean> isHit(RecordedResult result) {
    DeliveryOutcome outcome = result.outcome();
    if (outcome.attemptMade().isEmpty()) {
      return Optional.empty();
    }
    Optional<BounceCategory> category = outcome.cause().flatMap(BounceCategory::of);
    return switch (this) {
      case HARD_BOUNCE ->
          switch (outcome) {
            case DeliveryOutcome.Accepted _ -> Optional.of(false);
            // who is refused for our reputation may have a mailbox or none
            case DeliveryOutcome.Bounced _ ->
                isBlock(outcome, category)
                    ? Optional.empty()
                    : Optional.of(category.filter(BounceCategory::isHard).isPresent());
            default -> Optional.empty();
          };
      case BLOCK -> Optional.of(isBlock(outcome, category));
      case COMPLAINT -> Optional.empty();
    };
  }

  /**
   * What a row of counted results says to this guard.
   *
   * @param outcome as {@code result_rollup} has it, of results for which there was an attempt
   * @param category of the outcome; empty for none
   * @return what to add to what the other rows of the same time say
   */
  Tally counted(String outcome, String category, long count) {
    Optional<BounceCategory> known = BounceCategory.of(category);
    return switch (outcome) {
      case "accepted" -> new Tally(count, 0);
      case "bounced" -> refused(known.flatMap(Guard::ofRefusal), count);
      case "deferred" ->
          this == BLOCK
              ? new Tally(
                  count, known.filter(BounceCategory.IP_REPUTATION::equals).isPresent() ? count : 0)
              : Tally.NOTHING;
      case "late-bounce" ->
          // a miss until then, by the row of what was accepted
          refused(known.flatMap(Guard::ofRefusal), count).plus(new Tally(-count, 0));
      default -> throw new IllegalArgumentException("no result: " + outcome);
    };
  }

  /** What refusals for good say, at once or after acceptance. */
  private Tally refused(Optional<Guard> cause, long count) {
    if (this == HARD_BOUNCE && cause.filter(BLOCK::equals).isPresent()) {
      return Tally.NOTHING;
    }
    return new Tally(count, cause.filter(this::equals).isPresent() ? count : 0);
  }

  private static boolean isBlock(DeliveryOutcome outcome, Optional<BounceCategory> category) {
    return category
        .filter(
            outcome instanceof DeliveryOutcome.Bounced
                ? Guard::isOfReputation
                : BounceCategory.IP_REPUTATION::equals)
        .isPresent();
  }

  /**
   * Whether a refusal for good is about us and not about the recipient. Who distrusts our domain
   * says that the message is spam, as Gmail does: then it is so for the whole list.
   */
  private static boolean isOfReputation(BounceCategory category) {
    return category == BounceCategory.IP_REPUTATION || category == BounceCategory.SPAM_CONTENT;
  }
}
