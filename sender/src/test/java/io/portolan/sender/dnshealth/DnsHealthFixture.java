package io.portolan.sender.dnshealth;

import io.portolan.core.address.Domain;
import io.portolan.core.dnshealth.DnsCheck;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.sender.dkim.DkimKey;
import io.portolan.sender.dns.AddressFamilies;
import io.portolan.sender.dns.DnsRecordLookup;
import io.portolan.sender.dns.DnsSettings;
import io.portolan.sender.dns.TestDnsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/** A DNS server on real sockets, and the checks that ask it. */
final class DnsHealthFixture implements AutoCloseable {
  static final Domain BOUNCE = Domain.parse("bounce.shop.example");
  static final InetAddress SOURCE = InetAddress.ofLiteral("192.0.2.7");
  static final KeyPair PAIR = pair(2_048);
  static final DkimKey KEY = new DkimKey(Domain.parse("shop.example"), "s1", PAIR.getPrivate());

  final TestDnsServer server;
  private final DnsRecordLookup dns;

  DnsHealthFixture() throws IOException {
    server = new TestDnsServer();
    dns =
        new DnsRecordLookup(
            new DnsSettings(
                List.of(server.address()), Duration.ofMillis(300), AddressFamilies.IPV4_FIRST, 10));
  }

  static KeyPair pair(int bits) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(bits);
      return generator.generateKeyPair();
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  DnsRecordLookup dns() {
    return dns;
  }

  DnsHealthChecks checks(Blocklists lists) {
    return new DnsHealthChecks(dns, dns, lists, Duration.ofSeconds(20));
  }

  /** Adds a TXT record of any length, in strings of 200 characters. */
  DnsHealthFixture text(String name, String text) throws IOException {
    String strings =
        Arrays.stream(text.split("(?<=\\G.{200})"))
            .map(part -> '"' + part + '"')
            .collect(Collectors.joining(" "));
    server.add(name + ". 300 IN TXT " + strings + "\n");
    return this;
  }

  DnsHealthFixture records(String zone) throws IOException {
    server.add(zone);
    return this;
  }

  DnsFinding spf(InetAddress... sources) throws InterruptedException {
    return new SpfCheck(dns).check(BOUNCE, "mail.shop.example", Set.of(sources));
  }

  static Subjects subjects(Set<Domain> sendingDomains) {
    return new Subjects(BOUNCE, "mail.shop.example", Set.of(SOURCE), List.of(KEY), sendingDomains);
  }

  static DnsFinding find(List<DnsFinding> findings, String subject, DnsCheck check) {
    return findings.stream()
        .filter(each -> each.subject().equals(subject) && each.check() == check)
        .findFirst()
        .orElseThrow();
  }

  @Override
  public void close() throws IOException {
    server.close();
  }
}
