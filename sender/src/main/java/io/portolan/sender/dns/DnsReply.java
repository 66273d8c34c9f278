package io.portolan.sender.dns;

import java.util.List;
import org.xbill.DNS.Record;

/** What came of one query. */
sealed interface DnsReply {

  /** At least one record of the type asked for. */
  record Records(List<Record> records) implements DnsReply {
    public Records {
      records = List.copyOf(records);
    }
  }

  /** The name exists and has no record of the type. */
  record NoRecord() implements DnsReply {}

  /** NXDOMAIN, or a name that cannot exist. */
  record NoSuchName() implements DnsReply {}

  /** No answer, SERVFAIL, REFUSED or an answer that makes no sense. */
  record Failed(String detail) implements DnsReply {}
}
