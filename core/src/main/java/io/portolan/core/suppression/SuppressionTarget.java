package io.portolan.core.suppression;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a suppression covers. */
public sealed interface SuppressionTarget {

  /** One mailbox. */
  record Address(EmailAddress address) implements SuppressionTarget {
    @Override
    public Kind kind() {
      return Kind.ADDRESS;
    }

    @Override
    public String value() {
      return address.key();
    }
  }

  /** Every mailbox of a domain and of its sub-domains. */
  record WholeDomain(Domain domain) implements SuppressionTarget {
    @Override
    public Kind kind() {
      return Kind.DOMAIN;
    }

    @Override
    public String value() {
      return domain.name();
    }
  }

  /** One mailbox whose owner was erased: nothing but a hash of its key is known. */
  record Erased(String hash) implements SuppressionTarget {
    @Override
    public Kind kind() {
      return Kind.HASH;
    }

    @Override
    public String value() {
      return hash;
    }
  }

  /** The sort of target, under its name in SQL and JSON. */
  enum Kind {
    ADDRESS,
    DOMAIN,
    HASH;

    public String id() {
      return name().toLowerCase(Locale.ROOT);
    }

    /** The kind of a name that {@link #id} gave. */
    public static Optional<Kind> of(String id) {
      return Arrays.stream(values()).filter(kind -> kind.id().equals(id)).findFirst();
    }
  }

  Kind kind();

  /**
   * The form in which it is stored and compared: an address key, a domain in A-labels, or a hash.
   */
  String value();

  /**
   * Reads an address if the text has an @, else a domain.
   *
   * @throws io.portolan.core.address.InvalidAddressException if it is neither
   */
  static SuppressionTarget parse(String text) {
    return text.indexOf('@') >= 0
        ? new Address(EmailAddress.parse(text))
        : new WholeDomain(new Domain(text.strip()));
  }
}
