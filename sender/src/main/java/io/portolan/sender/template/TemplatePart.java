package io.portolan.sender.template;

import io.portolan.core.InvalidException;
import java.util.Locale;

/** The parts of a campaign's content that are templates. */
public enum TemplatePart {
  SUBJECT,
  HTML,
  TEXT;

  /** The name of the part as a field of the content. */
  String field() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The refusal of this part because of what stands at a place in it. */
  InvalidException refused(Place place, String reason) {
    return new InvalidException(field(), place + ": " + reason);
  }

  /** The refusal of this part as a whole. */
  public InvalidException refused(String reason) {
    return new InvalidException(field(), reason);
  }
}
