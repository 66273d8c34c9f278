package io.portolan.api.webhook;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** Who sends events. */
public enum Vendor {
  /** Amazon SES, through a topic of Amazon SNS. */
  SES,
  SENDGRID,
  MAILGUN,
  POSTMARK,
  SPARKPOST,
  /** Whoever signs as Portolan's own form asks. */
  GENERIC;

  /** The name in paths and settings. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }

  public static Optional<Vendor> of(String id) {
    return Arrays.stream(values()).filter(vendor -> vendor.id().equals(id)).findFirst();
  }
}
