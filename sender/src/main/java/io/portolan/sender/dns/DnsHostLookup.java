package io.portolan.sender.dns;

import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/**
 * The addresses of hosts, from the DNS and the system's hosts file, kept for as long as the DNS
 * allows but no less than five minutes and no more than a day.
 *
 * <p>Thread-safe.
 */
public final class DnsHostLookup implements HostLookup {
  private static final Duration NEGATIVE = Duration.ofMinutes(5);
  private static final Duration FAILED = Duration.ofSeconds(15);

  private final DnsClient dns;
  private final AnswerCache<String, HostAnswer> cache;

  public DnsHostLookup(DnsClient dns, InstantSource clock) {
    this.dns = dns;
    cache = new AnswerCache<>(dns.settings().cachedNames(), DnsHostLookup::keptFor, clock);
  }

  @Override
  public HostAnswer lookUp(String host) throws InterruptedException {
    if (isLiteral(host)) {
      return literal(host);
    }
    return cache.get(host.toLowerCase(Locale.ROOT), this::ask);
  }

  /** An address; what only looks like one, as an MX record may name it, is no host. */
  private static HostAnswer literal(String host) {
    try {
      return new HostAnswer.Addresses(List.of(InetAddress.ofLiteral(host)), Duration.ofDays(1));
    } catch (IllegalArgumentException e) {
      return new HostAnswer.NoSuchHost(NEGATIVE);
    }
  }

  private CompletionStage<HostAnswer> ask(String host) {
    AddressFamilies families = dns.settings().families();
    CompletionStage<DnsReply> ipv4 = families.includesIpv4() ? dns.ask(host, Type.A) : none();
    CompletionStage<DnsReply> ipv6 = families.includesIpv6() ? dns.ask(host, Type.AAAA) : none();
    return families == AddressFamilies.IPV6_FIRST
        ? ipv6.thenCombine(ipv4, DnsHostLookup::combined)
        : ipv4.thenCombine(ipv6, DnsHostLookup::combined);
  }

  /** One family's addresses are enough, whatever became of the other's query. */
  private static HostAnswer combined(DnsReply first, DnsReply second) {
    List<Record> records = new ArrayList<>();
    String failure = "";
    for (DnsReply reply : List.of(first, second)) {
      switch (reply) {
        case DnsReply.Records(List<Record> found) -> records.addAll(found);
        case DnsReply.Failed(String detail) -> failure = detail;
        case DnsReply.NoRecord _, DnsReply.NoSuchName _ -> {}
      }
    }
    if (!records.isEmpty()) {
      return new HostAnswer.Addresses(
          records.stream().map(DnsHostLookup::address).toList(), DnsClient.timeToLive(records));
    }
    return failure.isEmpty()
        ? new HostAnswer.NoSuchHost(NEGATIVE)
        : new HostAnswer.TemporaryFailure(failure);
  }

  private static InetAddress address(Record record) {
    return switch (record) {
      case ARecord a -> a.getAddress();
      case AAAARecord aaaa -> aaaa.getAddress();
      default -> throw new IllegalStateException("not an address: " + record);
    };
  }

  private static Duration keptFor(HostAnswer answer) {
    return switch (answer) {
      case HostAnswer.Addresses(List<InetAddress> _, Duration timeToLive) -> timeToLive;
      case HostAnswer.NoSuchHost(Duration timeToLive) -> timeToLive;
      case HostAnswer.TemporaryFailure _ -> FAILED;
    };
  }

  private static CompletionStage<DnsReply> none() {
    return CompletableFuture.completedStage(new DnsReply.NoRecord());
  }

  private static boolean isLiteral(String host) {
    return host.indexOf(':') >= 0 || host.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}");
  }
}
