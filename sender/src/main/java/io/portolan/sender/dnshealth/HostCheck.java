package io.portolan.sender.dnshealth;

import io.portolan.core.address.Domain;
import io.portolan.core.dnshealth.DnsCheck;
import io.portolan.core.dnshealth.DnsFinding;
import io.portolan.sender.dns.RecordAnswer;
import io.portolan.sender.dns.RecordLookup;
import io.portolan.sender.dns.RecordType;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.xbill.DNS.ReverseMap;

/** Names of hosts: that given in EHLO, those of the source addresses, those that take bounces. */
final class HostCheck {
  private static final int MOST_NAMES = 10;

  private final RecordLookup dns;

  HostCheck(RecordLookup dns) {
    this.dns = dns;
  }

  /** The addresses of a name, and what the DNS did not answer. */
  private record Addresses(List<InetAddress> found, Optional<String> failure) {
    String label() {
      return String.join(", ", found.stream().map(InetAddress::getHostAddress).toList());
    }
  }

  /** The name given in EHLO: RFC 5321 section 4.1.1.1 asks for one with addresses. */
  DnsFinding helo(String name, Set<InetAddress> sources) throws InterruptedException {
    Findings findings = new Findings(name, DnsCheck.HELO);
    if (name.indexOf('.') < 0) {
      return findings.error(
          name,
          "The name given in EHLO is no full name, which many receivers refuse.",
          "Set mail.helo-name to this host's full name in the DNS.");
    }
    Addresses addresses = addresses(name);
    if (addresses.found().isEmpty()) {
      return addresses
          .failure()
          .map(detail -> findings.unknown("The addresses of " + name + " are not known", detail))
          .orElseGet(
              () ->
                  findings.error(
                      "",
                      "The name given in EHLO has no address; some receivers refuse such a host.",
                      "Publish its address, or set mail.helo-name to a name that has one."));
    }
    if (!sources.isEmpty() && addresses.found().stream().noneMatch(sources::contains)) {
      return findings.warning(
          addresses.label(),
          "The name given in EHLO has addresses, but none that mail comes from.",
          "Use the name that the source addresses have in the DNS, or set dns-health.addresses to"
              + " those that receivers see.");
    }
    return findings.ok(addresses.label(), "The name given in EHLO has an address.");
  }

  /** Forward-confirmed reverse DNS of a source address, which Gmail and Yahoo ask for. */
  DnsFinding reverse(InetAddress source) throws InterruptedException {
    String address = source.getHostAddress();
    Findings findings = new Findings(address, DnsCheck.PTR);
    return switch (dns.ask(ReverseMap.fromAddress(source).toString(true), RecordType.PTR)) {
      case RecordAnswer.Failed(String detail) ->
          findings.unknown("The name of " + address + " is not known", detail);
      case RecordAnswer.None _ ->
          findings.error(
              "",
              "The address has no name (PTR record). Gmail, Yahoo and many others refuse its mail.",
              "Ask who gave you the address to set its reverse DNS to this host's name.");
      case RecordAnswer.Found(List<String> names) -> confirmed(findings, source, names);
    };
  }

  private DnsFinding confirmed(Findings findings, InetAddress source, List<String> names)
      throws InterruptedException {
    String seen = String.join(", ", names.stream().limit(MOST_NAMES).toList());
    Optional<String> failure = Optional.empty();
    for (String name : names.stream().limit(MOST_NAMES).toList()) {
      Addresses addresses = addresses(name);
      if (addresses.found().contains(source)) {
        return isGeneric(source, name)
            ? findings.warning(
                seen,
                "The name is made of the address, as providers name lines of customers; some"
                    + " receivers refuse such hosts.",
                "Ask who gave you the address for a name of your own, such as mail.YOUR-DOMAIN.")
            : findings.ok(seen, "The address has a name, and the name has the address.");
      }
      failure = failure.or(addresses::failure);
    }
    return failure
        .map(
            detail -> findings.unknown("Whether " + seen + " has the address is not known", detail))
        .orElseGet(
            () ->
                findings.error(
                    seen,
                    "The address has a name, but the name does not have the address, so receivers"
                        + " do not believe it.",
                    "Publish the address under the name, or have the reverse DNS set to a name that"
                        + " has it."));
  }

  /** Whether mail can come back to the bounce domain. */
  DnsFinding bounceMx(Domain domain) throws InterruptedException {
    Findings findings = new Findings(domain.name(), DnsCheck.MX);
    return switch (dns.ask(domain.name(), RecordType.MX)) {
      case RecordAnswer.Failed(String detail) ->
          findings.unknown("The mail hosts of " + domain + " are not known", detail);
      case RecordAnswer.None _ -> implicitMx(findings, domain);
      case RecordAnswer.Found(List<String> values) -> {
        List<String> hosts =
            values.stream().map(MxText::host).filter(host -> !host.isEmpty()).toList();
        yield hosts.isEmpty()
            ? findings.error(
                "MX 0 .",
                "The bounce domain says that it takes no mail (null MX, RFC 7505). Bounces are lost,"
                    + " and receivers refuse mail whose return path can take none.",
                "Publish an MX record that names the host that takes your bounces.")
            : mailHosts(findings, hosts);
      }
    };
  }

  private DnsFinding implicitMx(Findings findings, Domain domain) throws InterruptedException {
    Addresses addresses = addresses(domain.name());
    if (!addresses.found().isEmpty()) {
      return findings.ok(
          addresses.label(),
          "The domain has no MX record; bounces go to its own address (RFC 5321 section 5.1).");
    }
    return addresses
        .failure()
        .map(detail -> findings.unknown("The mail hosts of " + domain + " are not known", detail))
        .orElseGet(
            () ->
                findings.error(
                    "",
                    "The bounce domain has neither an MX record nor an address. Bounces are lost,"
                        + " and many receivers refuse mail with such a return path.",
                    "Publish an MX record that names the host that takes your bounces, or set"
                        + " mail.bounce-domain to a domain that has one."));
  }

  private DnsFinding mailHosts(Findings findings, List<String> hosts) throws InterruptedException {
    String seen = String.join(", ", hosts.stream().limit(MOST_NAMES).toList());
    Optional<String> failure = Optional.empty();
    for (String host : hosts.stream().limit(MOST_NAMES).toList()) {
      Addresses addresses = addresses(host);
      if (!addresses.found().isEmpty()) {
        return findings.ok(seen, "The bounce domain takes mail.");
      }
      failure = failure.or(addresses::failure);
    }
    return failure
        .map(detail -> findings.unknown("The addresses of " + seen + " are not known", detail))
        .orElseGet(
            () ->
                findings.error(
                    seen,
                    "No mail host of the bounce domain has an address, so bounces are lost.",
                    "Publish an address of the mail host."));
  }

  private Addresses addresses(String name) throws InterruptedException {
    List<InetAddress> found = new ArrayList<>();
    Optional<String> failure = Optional.empty();
    for (RecordType type : List.of(RecordType.A, RecordType.AAAA)) {
      switch (dns.ask(name, type)) {
        case RecordAnswer.Found(List<String> values) ->
            values.forEach(value -> found.add(InetAddress.ofLiteral(value)));
        case RecordAnswer.None _ -> {}
        case RecordAnswer.Failed(String detail) -> failure = Optional.of(detail);
      }
    }
    return new Addresses(found, failure);
  }

  /** Whether a name holds the address: its numbers in either order, or in hexadecimal. */
  static boolean isGeneric(InetAddress address, String name) {
    byte[] bytes = address.getAddress();
    String lower = name.toLowerCase(Locale.ROOT);
    String hex = HexFormat.of().formatHex(bytes);
    if (bytes.length != 4) {
      return lower.replaceAll("[^0-9a-f]", "").contains(hex.substring(0, 16));
    }
    List<String> numbers =
        Stream.of(0, 1, 2, 3).map(index -> Integer.toString(bytes[index] & 0xFF)).toList();
    String digits = lower.replaceAll("[^0-9]+", "-");
    String padded = "-" + digits.replaceAll("(?<=-|^)0+(?=\\d)", "") + "-";
    return padded.contains("-" + String.join("-", numbers) + "-")
        || padded.contains("-" + String.join("-", numbers.reversed()) + "-")
        || lower.contains(hex);
  }
}
