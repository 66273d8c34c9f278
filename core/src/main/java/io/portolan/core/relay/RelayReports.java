package io.portolan.core.relay;

import java.util.Locale;

/** What a relay tells of the mail that it took. */
public enum RelayReports {
  /** Its events say of each message whether the ISP took it. */
  EVENTS("Its events say whether the ISP took it, if the relay sends those of deliveries."),
  /** Nothing but bounces, if it leaves the return path as it is. */
  BOUNCES(
      "No webhook is configured for this relay: bounces come back if it keeps the return path, and"
          + " of what arrives nothing will be said, so that the rest stays relayed."),
  /** Nothing that could reach this installation. */
  NOTHING(
      "This relay does not report, so nothing will arrive by itself: no webhook is configured for it,"
          + " and bounces find no way back here. Configure a webhook, or look into the relay's own"
          + " log."),
  /**
   * It was deleted or has another name now, so that its host does not tell whose events are its.
   */
  UNKNOWN("There is no relay of this name any more, so what it may still tell is not known.");

  private final String meaning;

  RelayReports(String meaning) {
    this.meaning = meaning;
  }

  /** The name in JSON, such as {@code nothing}. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  /**
   * What is known of mail that a relay accepted, what to expect, and what to do where nothing is.
   *
   * @param relay its name
   */
  public String words(String relay) {
    return "Accepted by relay " + relay + "; the ISP's answer is not known. " + meaning;
  }
}
