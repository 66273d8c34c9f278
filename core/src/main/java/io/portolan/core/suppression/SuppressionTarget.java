package io.portolan.core.suppression;

import io.portolan.core.address.Domain;
import io.portolan.core.address.EmailAddress;

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

  /** The sort of target, under its name in SQL and JSON. */
  enum Kind {
    ADDRESS,
    DOMAIN;

    public String id() {
      return this == ADDRESS ? "address" : "domain";
    }
  }

  Kind kind();

  /** The form in which it is stored and compared: an address key, or a domain in A-labels. */
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
