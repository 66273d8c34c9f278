package io.portolan.sender.dnshealth;

import io.portolan.core.address.Domain;
import io.portolan.sender.dns.RecordAnswer;
import io.portolan.sender.dns.RecordLookup;
import io.portolan.sender.dns.RecordType;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.james.jspf.core.DNSRequest;
import org.apache.james.jspf.core.DNSService;
import org.apache.james.jspf.core.exceptions.TimeoutException;
import org.apache.james.jspf.impl.SPF;
import org.jspecify.annotations.Nullable;

/**
 * What a receiver makes of mail from an address, by Apache jSPF over our own lookups. For one
 * thread.
 */
final class SpfEvaluation {
  private final SPF spf;

  SpfEvaluation(RecordLookup dns) {
    spf = new SPF(new Service(dns));
  }

  /**
   * The result in the words of RFC 7208 section 2.6, such as {@code pass}.
   *
   * @param domain of the return path
   */
  String result(InetAddress source, Domain domain, String heloName) {
    return spf.checkSPF(source.getHostAddress(), "bounce@" + domain, heloName).getResult();
  }

  private record Service(RecordLookup dns) implements DNSService {
    @Override
    public @Nullable List<String> getRecords(DNSRequest request) throws TimeoutException {
      try {
        return switch (request.getRecordType()) {
          case DNSRequest.A -> records(request, RecordType.A);
          case DNSRequest.AAAA -> records(request, RecordType.AAAA);
          case DNSRequest.PTR -> records(request, RecordType.PTR);
          case DNSRequest.TXT -> records(request, RecordType.TXT);
          case DNSRequest.MX -> records(request, RecordType.MX);
          // RFC 7208 section 3.1: the record type SPF is no more
          default -> null;
        };
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new TimeoutException("interrupted");
      }
    }

    @Override
    public CompletionStage<List<String>> getRecordsAsync(DNSRequest request) {
      return CompletableFuture.failedStage(
          new UnsupportedOperationException("SPF asks on the thread of the check"));
    }

    @Override
    public List<String> getLocalDomainNames() {
      return List.of("localhost");
    }

    @Override
    public void setTimeOut(int seconds) {
      // each lookup has its own deadline
    }

    @Override
    public int getRecordLimit() {
      return SpfLookups.MOST_LOOKUPS;
    }

    @Override
    public void setRecordLimit(int limit) {
      // RFC 7208 sets it
    }

    private @Nullable List<String> records(DNSRequest request, RecordType type)
        throws TimeoutException, InterruptedException {
      return switch (dns.ask(request.getHostname(), type)) {
        case RecordAnswer.Found(List<String> values) ->
            // jSPF takes from the list what it has looked at
            new ArrayList<>(readable(values, type));
        case RecordAnswer.None _ -> null;
        case RecordAnswer.Failed(String detail) -> throw new TimeoutException(detail);
      };
    }

    private static List<String> readable(List<String> values, RecordType type) {
      return switch (type) {
        case MX ->
            values.stream()
                .sorted(Comparator.comparingInt(MxText::preference))
                .map(MxText::host)
                .toList();
        case TXT -> values.stream().filter(text -> text.length() <= SpfRecord.LONGEST).toList();
        default -> values;
      };
    }
  }
}
