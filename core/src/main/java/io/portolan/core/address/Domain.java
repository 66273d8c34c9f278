package io.portolan.core.address;

import java.util.Optional;

/**
 * A domain that can have mailboxes, in the one form in which it is compared, stored and asked for
 * in the DNS: lower case, A-labels, no final dot. Has at least two labels and is no address
 * literal.
 *
 * <p>Internationalised names are taken as UTS #46 non-transitional processing takes them
 * (compatibility forms and capitals are mapped, {@code ß} and {@code ς} stay themselves), and their
 * labels may hold the letters, marks and digits of IDNA 2008. The contextual rules of IDNA 2008 and
 * the Bidi rule are not checked: a name that breaks them is not registered and fails in the DNS.
 *
 * @param name the canonical name, such as {@code xn--bcher-kva.example}
 */
public record Domain(String name) implements Comparable<Domain> {

  /**
   * Brings a name to its canonical form.
   *
   * @throws InvalidAddressException if it is no domain that can have mailboxes
   */
  public Domain {
    name = DomainSyntax.canonical(name);
  }

  /**
   * Reads a domain as people write it.
   *
   * @throws InvalidAddressException if it is no domain that can have mailboxes
   */
  public static Domain parse(String written) {
    return new Domain(written);
  }

  /** The name with its A-labels decoded, for people to read. */
  public String unicodeName() {
    return name.contains(DomainSyntax.ACE_PREFIX) ? DomainSyntax.decoded(name) : name;
  }

  /** The domain one label shorter, or nothing where that would be a top-level domain. */
  public Optional<Domain> parent() {
    String rest = name.substring(name.indexOf('.') + 1);
    return rest.indexOf('.') < 0 ? Optional.empty() : Optional.of(new Domain(rest));
  }

  @Override
  public int compareTo(Domain other) {
    return name.compareTo(other.name);
  }

  @Override
  public String toString() {
    return name;
  }
}
