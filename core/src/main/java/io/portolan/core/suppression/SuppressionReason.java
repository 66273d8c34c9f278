package io.portolan.core.suppression;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Why an address or domain is suppressed. */
public enum SuppressionReason {
  /** Its provider says that the mailbox or the domain does not exist. */
  HARD_BOUNCE,
  /** Its mailbox was full, or refused it, several times in a row. */
  SOFT_BOUNCE,
  /** Its owner reported a message as spam. */
  COMPLAINT,
  /** Its owner asked for no more. */
  UNSUBSCRIBE,
  /** Somebody here decided so. */
  MANUAL,
  /** It was on a suppression list that was brought along. */
  IMPORT,
  /** Its owner wanted everything about them erased. */
  ERASED;

  /** The name in SQL, JSON and reports, such as {@code hard-bounce}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The reason of a name that {@link #id} gave. */
  public static Optional<SuppressionReason> of(String id) {
    return Arrays.stream(values()).filter(reason -> reason.id().equals(id)).findFirst();
  }
}
