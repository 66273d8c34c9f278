package io.portolan.sender.dns;

import io.portolan.core.address.Domain;
import io.portolan.core.isp.MxAnswer;
import io.portolan.core.isp.MxHost;
import io.portolan.core.isp.MxLookup;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;

/**
 * The mail hosts of domains, from the DNS, kept for as long as the DNS allows but no less than five
 * minutes and no more than a day.
 *
 * <p>Thread-safe.
 */
public final class DnsMxLookup implements MxLookup {
  private static final Duration NEGATIVE = Duration.ofMinutes(5);
  private static final Duration FAILED = Duration.ofSeconds(15);

  private final DnsClient dns;
  private final AnswerCache<Domain, MxAnswer> cache;

  public DnsMxLookup(DnsClient dns, InstantSource clock) {
    this.dns = dns;
    cache = new AnswerCache<>(dns.settings().cachedNames(), DnsMxLookup::keptFor, clock);
  }

  @Override
  public MxAnswer lookUp(Domain domain) throws InterruptedException {
    return cache.get(domain, this::ask);
  }

  private CompletionStage<MxAnswer> ask(Domain domain) {
    return dns.ask(domain.name(), Type.MX)
        .thenCompose(
            reply ->
                switch (reply) {
                  case DnsReply.Records(List<Record> records) -> answered(hosts(records));
                  case DnsReply.NoRecord _ -> implicit(domain);
                  case DnsReply.NoSuchName _ -> answered(new MxAnswer.NoSuchDomain(NEGATIVE));
                  case DnsReply.Failed(String detail) ->
                      answered(new MxAnswer.TemporaryFailure(detail));
                });
  }

  private static MxAnswer hosts(List<Record> records) {
    Duration timeToLive = DnsClient.timeToLive(records);
    // RFC 7505 section 3: a null MX beside others is void
    List<MxHost> hosts =
        records.stream()
            .map(MXRecord.class::cast)
            .filter(mx -> !mx.getTarget().equals(Name.root))
            .map(mx -> new MxHost(mx.getPriority(), mx.getTarget().toString(true)))
            .toList();
    return hosts.isEmpty()
        ? new MxAnswer.NullMx(timeToLive)
        : new MxAnswer.Hosts(hosts, timeToLive);
  }

  /** RFC 5321 section 5.1: without MX records the domain's own address is its mail host. */
  private CompletionStage<MxAnswer> implicit(Domain domain) {
    return dns.ask(domain.name(), Type.A)
        .thenCombine(dns.ask(domain.name(), Type.AAAA), DnsMxLookup::ownAddress);
  }

  private static MxAnswer ownAddress(DnsReply ipv4, DnsReply ipv6) {
    String failure = "";
    for (DnsReply reply : List.of(ipv4, ipv6)) {
      switch (reply) {
        case DnsReply.Records(List<Record> records) -> {
          return new MxAnswer.ImplicitMx(DnsClient.timeToLive(records));
        }
        case DnsReply.Failed(String detail) -> failure = detail;
        case DnsReply.NoRecord _, DnsReply.NoSuchName _ -> {}
      }
    }
    return failure.isEmpty()
        ? new MxAnswer.NoSuchDomain(NEGATIVE)
        : new MxAnswer.TemporaryFailure(failure);
  }

  private static Duration keptFor(MxAnswer answer) {
    return switch (answer) {
      case MxAnswer.Hosts(List<MxHost> _, Duration timeToLive) -> timeToLive;
      case MxAnswer.ImplicitMx(Duration timeToLive) -> timeToLive;
      case MxAnswer.NullMx(Duration timeToLive) -> timeToLive;
      case MxAnswer.NoSuchDomain(Duration timeToLive) -> timeToLive;
      case MxAnswer.TemporaryFailure _ -> FAILED;
    };
  }

  private static CompletionStage<MxAnswer> answered(MxAnswer answer) {
    return CompletableFuture.completedStage(answer);
  }
}
