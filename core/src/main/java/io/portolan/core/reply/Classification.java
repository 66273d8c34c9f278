package io.portolan.core.reply;

/**
 * What a refusal means.
 *
 * @param effect on the delivery
 * @param hardness what it means for further mail to the recipient
 * @param rule the id of the rule that decided, or {@value #NO_RULE}
 */
public record Classification(
    BounceCategory category, Effect effect, Hardness hardness, String rule) {
  /** Stands where no rule matched and the code's class alone decided. */
  public static final String NO_RULE = "none";

  /** Whether the recipient is to be suppressed at once. */
  public boolean suppresses() {
    return hardness == Hardness.HARD;
  }

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
