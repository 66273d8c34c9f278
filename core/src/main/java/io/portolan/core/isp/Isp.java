package io.portolan.core.isp;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * Who runs a mailbox, as a brand.
 *
 * @param id a short name such as {@code orange}; lower-case letters, digits and hyphens
 * @param platform the id of the ISP whose mail hosts and limits apply; its own id for most
 */
public record Isp(String id, String displayName, Kind kind, String platform) {
  /**
   * Stands for all that no entry of the directory covers. Each such domain is a destination of its
   * own.
   */
  public static final Isp OTHER = new Isp("other", "Other", Kind.OTHER, "other");

  /** What sort of company runs it. */
  public enum Kind {
    /** A mailbox provider. */
    MAILBOX,
    /** A telephone, cable or access company with mailboxes for its customers. */
    TELCO,
    /** A filter or host in front of other people's mailboxes. */
    GATEWAY,
    /** Not in the directory. */
    OTHER;

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    static Optional<Kind> of(String id) {
      return Arrays.stream(values()).filter(kind -> kind.id().equals(id)).findFirst();
    }
  }

  public Isp {
    if (!isId(id) || !isId(platform)) {
      throw new IllegalArgumentException("not an ISP id: " + id + ", " + platform);
    }
  }

  static boolean isId(String text) {
    return !text.isEmpty()
        && text.chars().allMatch(c -> (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-');
  }
}
