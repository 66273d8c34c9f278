package io.portolan.core.reply;

/**
 * What a refusal means.
 *
 * @param effect on the delivery
 * @param suppresses whether the recipient is to be suppressed: a bounce of a hard category, given
 *     to the recipient or later
 * @param rule the id of the rule that decided, or {@value #NO_RULE}
 */
public record Classification(
    BounceCategory category, Effect effect, boolean suppresses, String rule) {
  /** Stands where no rule matched and the code's class alone decided. */
  public static final String NO_RULE = "none";

  /** What a refusal does to the delivery. */
  public enum Effect {
    /** It ends. */
    BOUNCE,
    /** It is tried again by the retry schedule. */
    DEFERRAL,
    /** Nothing: the session has reached a limit, and the delivery goes on at once on a new one. */
    RECONNECT
  }
}
