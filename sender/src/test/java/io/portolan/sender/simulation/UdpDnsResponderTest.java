package io.portolan.sender.simulation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

class UdpDnsResponderTest {
  private final SimulatedDns dns = new SimulatedDns();
  private UdpDnsResponder responder;
  private SimpleResolver resolver;

  @BeforeEach
  void open() throws IOException {
    responder = new UdpDnsResponder(dns);
    resolver = new SimpleResolver(responder.address());
  }

  @AfterEach
  void close() {
    responder.close();
  }

  @Test
  void answersWithRecords() throws IOException {
    dns.addMx("one.test", 20, "mx2.one.test");
    dns.addMx("one.test", 10, "mx1.one.test");
    dns.addAddress("mx1.one.test", InetAddress.ofLiteral("203.0.113.7"));
    dns.addText("key._domainkey.one.test", "v=DKIM1; p=");
    assertThat(query("one.test", Type.MX).getSection(Section.ANSWER))
        .extracting(Record::rdataToString)
        .containsExactly("10 mx1.one.test.", "20 mx2.one.test.");
    assertThat(query("mx1.one.test", Type.A).getSection(Section.ANSWER))
        .extracting(Record::rdataToString)
        .containsExactly("203.0.113.7");
    assertThat(query("key._domainkey.one.test", Type.TXT).getSection(Section.ANSWER))
        .extracting(Record::rdataToString)
        .containsExactly("\"v=DKIM1; p=\"");
  }

  @Test
  void answersWithCodes() throws IOException {
    dns.nullMx("none.test");
    dns.failing("broken.test", true);
    assertThat(query("none.test", Type.MX).getSection(Section.ANSWER))
        .extracting(Record::rdataToString)
        .containsExactly("0 .");
    assertThat(query("none.test", Type.AAAA).getRcode()).isEqualTo(Rcode.NOERROR);
    assertThat(query("nowhere.test", Type.MX).getRcode()).isEqualTo(Rcode.NXDOMAIN);
    assertThat(query("nowhere.test", Type.AAAA).getRcode()).isEqualTo(Rcode.NXDOMAIN);
    assertThat(query("broken.test", Type.MX).getRcode()).isEqualTo(Rcode.SERVFAIL);
  }

  @Test
  void answersNothingWhileSilent() throws IOException {
    resolver.setTimeout(Duration.ofMillis(100));
    responder.silent(true);
    assertThatThrownBy(() -> query("one.test", Type.MX))
        .satisfiesAnyOf(
            e -> assertThat(e).isInstanceOf(SocketTimeoutException.class),
            e -> assertThat(e).hasRootCauseInstanceOf(TimeoutException.class),
            e -> assertThat(e).hasMessageContaining("Timed out"));
    responder.silent(false);
    assertThat(query("one.test", Type.MX).getRcode()).isEqualTo(Rcode.NXDOMAIN);
  }

  private Message query(String name, int type) throws IOException {
    return resolver.send(
        Message.newQuery(Record.newRecord(Name.fromString(name, Name.root), type, DClass.IN)));
  }
}
