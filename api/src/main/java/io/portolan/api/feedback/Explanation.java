package io.portolan.api.feedback;

import io.portolan.core.reply.Action;
import io.portolan.core.reply.BounceCategory;
import io.portolan.core.reply.Classification;
import io.portolan.core.reply.ReplyClassifier;
import io.portolan.core.reply.RuleDescription;
import io.portolan.core.suppression.SoftBounceRule;
import java.util.Locale;
import java.util.Optional;

/**
 * What a reply means and why.
 *
 * @param platform whose rules were asked: that of the ISP, or {@code relay}
 * @param effect on the delivery: bounce, deferral or reconnect
 * @param suppresses whether the recipient is suppressed at once
 * @param rule {@code none} where the code's class alone decided
 * @param place of the rule, such as {@code reply-rules.csv line 7}; empty without one
 * @param conditions of the rule in words; empty without one
 */
record Explanation(
    String platform,
    String category,
    String action,
    String effect,
    boolean suppresses,
    String rule,
    String place,
    String conditions) {

  private static final int LONGEST = 200;

  static Explanation of(Classification found, String platform, ReplyClassifier classifier) {
    Optional<RuleDescription> rule = classifier.rule(found.rule());
    return new Explanation(
        platform,
        found.category().id(),
        action(found).id(),
        found.effect().name().toLowerCase(Locale.ROOT),
        found.suppresses(),
        found.rule(),
        rule.map(RuleDescription::place).orElse(""),
        rule.map(RuleDescription::conditions).orElse(""));
  }

  /**
   * A hard category suppresses nobody at once when it was given for now, in words that the status
   * code contradicts, or before the recipient was named.
   */
  private static Action action(Classification found) {
    return switch (found.hardness()) {
      case HARD -> Action.SUPPRESS;
      case SOFT -> Action.RETRY_THEN_SUPPRESS;
      case NEITHER ->
          switch (found.category().action()) {
            case SUPPRESS, RETRY_THEN_SUPPRESS ->
                found.effect() == Classification.Effect.BOUNCE ? Action.COUNT : Action.RETRY;
            case RETRY, SLOW_PLATFORM, PAUSE_SOURCE, ALARM, COUNT -> found.category().action();
          };
    };
  }

  String inWords() {
    return "asked of  "
        + platform
        + "\ncategory  "
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
          "suppress the recipient after "
              + SoftBounceRule.DEFAULT.after(BounceCategory.of(category).orElseThrow())
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
