package io.portolan.sender.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.sender.simulation.SimulatedDns.Answer;
import io.portolan.sender.simulation.SimulatedDns.Mx;
import java.net.InetAddress;
import java.util.List;
import org.junit.jupiter.api.Test;

class SimulatedDnsTest {
  private final SimulatedDns dns = new SimulatedDns();

  @Test
  void ordersMxByPreferenceAndThenAsAdded() {
    dns.addMx("One.test", 20, "mx3.one.test");
    dns.addMx("one.test.", 10, "MX2.one.test.");
    dns.addMx("one.test", 10, "mx1.one.test");
    assertThat(dns.mx("ONE.test."))
        .isEqualTo(
            new Answer.Found<>(
                List.of(
                    new Mx(10, "mx2.one.test"),
                    new Mx(10, "mx1.one.test"),
                    new Mx(20, "mx3.one.test"))));
  }

  @Test
  void answersANullMxInPlaceOfOthers() {
    dns.addMx("one.test", 10, "mx.one.test");
    dns.nullMx("one.test");
    assertThat(dns.mx("one.test")).isEqualTo(new Answer.Found<>(List.of(new Mx(0, ""))));
    assertThat(new Mx(0, "").isNull()).isTrue();
  }

  @Test
  void tellsNoNameFromNoRecordOfTheType() {
    dns.addText("one.test", "v=spf1 -all");
    assertThat(dns.mx("one.test")).isEqualTo(new Answer.NoData<>());
    assertThat(dns.mx("two.test")).isEqualTo(new Answer.NoSuchName<>());
    assertThat(dns.texts("one.test")).isEqualTo(new Answer.Found<>(List.of("v=spf1 -all")));
    dns.remove("one.test");
    assertThat(dns.texts("one.test")).isEqualTo(new Answer.NoSuchName<>());
  }

  @Test
  void failsForANameUntilToldOtherwise() {
    InetAddress address = InetAddress.ofLiteral("203.0.113.7");
    dns.addAddress("mx.one.test", address);
    dns.failing("MX.one.test", true);
    assertThat(dns.addresses("mx.one.test")).isEqualTo(new Answer.ServerFailure<>());
    dns.failing("mx.one.test", false);
    assertThat(dns.addresses("mx.one.test")).isEqualTo(new Answer.Found<>(List.of(address)));
    assertThat(dns.lookups("mx.one.test")).isEqualTo(2);
    assertThat(dns.lookups("one.test")).isZero();
  }
}
