package io.portolan.sender.dnshealth;

import io.portolan.core.address.Domain;
import io.portolan.sender.dkim.DkimKey;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * What is checked.
 *
 * @param bounceDomain the domain of every return path
 * @param heloName the name given in EHLO
 * @param sources the public addresses that mail to receivers comes from; empty where none is known
 * @param keys with which mail is signed
 * @param sendingDomains those of the From addresses in use
 */
public record Subjects(
    Domain bounceDomain,
    String heloName,
    Set<InetAddress> sources,
    List<DkimKey> keys,
    Set<Domain> sendingDomains) {
  public Subjects {
    sources = Set.copyOf(sources);
    keys = List.copyOf(keys);
    sendingDomains = Set.copyOf(sendingDomains);
  }

  /** The same for one sending domain alone, and what its mail rests on. */
  Subjects only(Domain domain) {
    List<DkimKey> own =
        signer(domain).stream()
            .flatMap(signer -> keys.stream().filter(it -> it.domain().equals(signer.domain())))
            .toList();
    return new Subjects(bounceDomain, heloName, sources, own, Set.of(domain));
  }

  /** The key that signs mail from a domain: its own, or that of the nearest domain above it. */
  Optional<DkimKey> signer(Domain from) {
    Optional<Domain> domain = Optional.of(from);
    while (domain.isPresent()) {
      Domain each = domain.get();
      Optional<DkimKey> key = keys.stream().filter(it -> it.domain().equals(each)).findFirst();
      if (key.isPresent()) {
        return key;
      }
      domain = each.parent();
    }
    return Optional.empty();
  }

  /** All domains that mail bears, in order. */
  Set<Domain> domains() {
    Set<Domain> domains = new TreeSet<>(sendingDomains);
    domains.add(bounceDomain);
    keys.forEach(key -> domains.add(key.domain()));
    return domains;
  }

  /** Those of some addresses that others on the Internet see, as far as the address tells. */
  public static Set<InetAddress> publicOnes(Collection<InetAddress> addresses) {
    return addresses.stream().filter(Subjects::isPublic).collect(Collectors.toUnmodifiableSet());
  }

  private static boolean isPublic(InetAddress address) {
    byte[] bytes = address.getAddress();
    // RFC 6598: between a carrier's NAT and its customers; RFC 4193: local IPv6
    boolean isShared = bytes.length == 4 && bytes[0] == 100 && (bytes[1] & 0xC0) == 64;
    boolean isUniqueLocal = bytes.length == 16 && (bytes[0] & 0xFE) == 0xFC;
    return !address.isAnyLocalAddress()
        && !address.isLoopbackAddress()
        && !address.isLinkLocalAddress()
        && !address.isSiteLocalAddress()
        && !address.isMulticastAddress()
        && !isShared
        && !isUniqueLocal;
  }
}
