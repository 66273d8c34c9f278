package io.portolan.sender.dns;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Collectors;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.TXTRecord;

/**
 * Records as the DNS has them at the moment: nothing is kept, and the system's hosts file, which
 * others do not see, is not read.
 *
 * <p>Thread-safe.
 */
public final class DnsRecordLookup implements RecordLookup {
  private final DnsClient dns;

  public DnsRecordLookup(DnsSettings settings) {
    dns = DnsClient.withoutHostsFile(settings);
  }

  @Override
  public RecordAnswer ask(String name, RecordType type) throws InterruptedException {
    try {
      return switch (dns.ask(name, type.code()).toCompletableFuture().get()) {
        case DnsReply.Records(List<Record> records) ->
            new RecordAnswer.Found(records.stream().map(DnsRecordLookup::text).toList());
        case DnsReply.NoRecord _ -> new RecordAnswer.None(true);
        case DnsReply.NoSuchName _ -> new RecordAnswer.None(false);
        case DnsReply.Failed(String detail) -> new RecordAnswer.Failed(detail);
      };
    } catch (ExecutionException e) {
      throw new IllegalStateException("asking the DNS failed", e.getCause());
    }
  }

  private static String text(Record record) {
    return switch (record) {
      case ARecord a -> a.getAddress().getHostAddress();
      case AAAARecord aaaa -> aaaa.getAddress().getHostAddress();
      case PTRRecord ptr -> ptr.getTarget().toString(true);
      // RFC 7208 section 3.3, RFC 6376 section 3.6.2.2: joined without a space
      case TXTRecord txt ->
          txt.getStringsAsByteArrays().stream()
              .map(part -> new String(part, StandardCharsets.ISO_8859_1))
              .collect(Collectors.joining());
      case MXRecord mx ->
          mx.getPriority() + " " + mx.getTarget().toString(true).replaceFirst("^\\.$", "");
      default -> throw new IllegalStateException("not asked for: " + record);
    };
  }
}
