package io.portolan.api.feedback;

import io.portolan.core.reply.Action;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Classification;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.core.reply.RuleDescription;
import java.util.Locale;
import java.util.Optional;

/**
 * What a reply means and why.
 *
 * @param effect on the delivery: bounce, deferral or reconnect
 * @param suppresses whether the recipient is suppressed at once
 * @param rule {@code none} where the code's class alone decided
 * @param place of the rule, such as {@code reply-rules.csv line 7}; empty without one
 * @param conditions of the rule in words; empty without one
 */
record Explanation(
    String category,
    String action,
    String effect,
    boolean suppresses,
    String rule,
    String place,
    String conditions) {

  private static final int LONGEST = 200;

  static Explanation of(Classification found, ReplyClassifier classifier) {
    Optional<RuleDescription> rule = classifier.rule(found.rule());
    return new Explanation(
        found.category().id(),
        action(found).id(),
        found.effect().name().toLowerCase(Locale.ROOT),
        found.suppresses(),
        found.rule(),
        rule.map(RuleDescription::place).orElse(""),
        rule.map(RuleDescription::conditions).orElse(""));
  }

  /**
   * A hard category that was given for now, or before the recipient was named, suppresses nobody.
   */
  private static Action action(Classification found) {
    Action action = found.category().action();
    if (action != Action.SUPPRESS || found.suppresses()) {
      return action;
    }
    return found.effect() == Classification.Effect.BOUNCE ? Action.COUNT : Action.RETRY;
  }

  String inWords() {
    return "category  "
        + category
        + "\naction    "
        + words()
        + "\neffect    "
        + effectInWords()
        + "\nrule      "
        + (place.isEmpty()
            ? "none fits: the code's class alone decides"
            : rule + ", " + place + "\n          " + shortened(conditions))
        + "\n";
  }

  private static String shortened(String text) {
    return text.length() <= LONGEST ? text : text.substring(0, LONGEST) + " …";
  }

  private String words() {
    Action known = Action.valueOf(action.toUpperCase(Locale.ROOT).replace('-', '_'));
    return switch (known) {
      case SUPPRESS -> "suppress the recipient";
      case RETRY -> "retry";
      case RETRY_THEN_SUPPRESS ->
          "retry; suppress the recipient after "
              + BounceCategory.of(category).orElseThrow().suppressAfter().orElseThrow()
              + " in a row";
      case SLOW_PLATFORM -> "slow this platform";
      case PAUSE_SOURCE -> "pause this source or route for this ISP";
      case ALARM -> "tell the operator";
      case COUNT -> "count it";
    };
  }

  private String effectInWords() {
    return switch (Classification.Effect.valueOf(effect.toUpperCase(Locale.ROOT))) {
      case BOUNCE -> "bounce: the delivery ends";
      case DEFERRAL -> "deferral: the delivery is tried again";
      case RECONNECT -> "reconnect: the session is over, the delivery goes on at once on a new one";
    };
  }
}
