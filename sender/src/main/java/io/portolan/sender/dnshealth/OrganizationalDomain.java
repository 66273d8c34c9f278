package io.portolan.sender.dnshealth;

import com.google.common.net.InternetDomainName;
import io.portolan.core.address.Domain;
import java.util.Optional;

/**
 * The organizational domain of RFC 7489 section 3.2: the label under a public suffix, by the Public
 * Suffix List that Guava carries.
 */
final class OrganizationalDomain {
  private OrganizationalDomain() {}

  /** That of a domain; a domain that is a public suffix is its own. */
  static Domain of(Domain domain) {
    InternetDomainName name =
        InternetDomainName.isValid(domain.name()) ? InternetDomainName.from(domain.name()) : null;
    if (name != null && name.isUnderPublicSuffix()) {
      return new Domain(name.topPrivateDomain().toString());
    }
    return name != null && name.isPublicSuffix() ? domain : lastLabels(domain);
  }

  /** Where no rule of the list matches its rule "*" holds: the top label is the suffix. */
  private static Domain lastLabels(Domain domain) {
    Domain last = domain;
    Optional<Domain> above = domain.parent();
    while (above.isPresent()) {
      last = above.get();
      above = last.parent();
    }
    return last;
  }

  /** Whether two domains align in relaxed mode (RFC 7489 section 3.1). */
  static boolean align(Domain one, Domain other) {
    return of(one).equals(of(other));
  }
}
