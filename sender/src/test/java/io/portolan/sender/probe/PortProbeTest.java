package io.portolan.sender.probe;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.TlsMode;
import io.portolan.sender.dns.HostAnswer;
import io.portolan.sender.smtp.SessionOpener;
import io.portolan.sender.smtp.TlsTrust;
import io.portolan.sender.wire.DeadlineWatch;
import java.net.ConnectException;
import java.net.InetAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.NavigableSet;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentSkipListSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PortProbeTest {
  private static final int PORT = 587;
  private static final String CONTROL = "192.0.2.1";

  private final NavigableSet<String> dialled = new ConcurrentSkipListSet<>();

  @ParameterizedTest
  @ValueSource(
      strings = {"10.0.0.1", "172.16.0.1", "100.64.0.1", "100.127.255.254", "fd00::1", "fe80::1"})
  void saysThatANamedHostIsInsideAndDialsItNot(String inside) throws Exception {
    ProbeReport report = look(inside, false);

    assertThat(report.host())
        .singleElement()
        .satisfies(
            finding -> {
              assertThat(finding.verdict()).isEqualTo(PortVerdict.INCONCLUSIVE);
              assertThat(finding.words())
                  .isEqualTo(
                      "no host could be asked, so nothing can be said of the port: named.test has"
                          + " no address outside of this network.");
            });
    assertThat(dialled).containsExactly(CONTROL);
  }

  @ParameterizedTest
  @ValueSource(strings = {"100.63.255.255", "100.128.0.1", "2001:db8:0:0:0:0:0:1"})
  void dialsANamedHostOutside(String outside) throws Exception {
    look(outside, false);

    assertThat(dialled).containsExactlyInAnyOrder(CONTROL, outside);
  }

  @Test
  void dialsARelayOfOursInside() throws Exception {
    look("10.0.0.1", true);

    assertThat(dialled).containsExactlyInAnyOrder(CONTROL, "10.0.0.1");
  }

  private ProbeReport look(String address, boolean mayBeInside) throws InterruptedException {
    try (DeadlineWatch watch = new DeadlineWatch()) {
      PortProbe probe =
          new PortProbe(
              name ->
                  new HostAnswer.Addresses(
                      List.of(InetAddress.ofLiteral(name.equals("named.test") ? address : CONTROL)),
                      Duration.ofHours(1)),
              new SessionOpener(
                  (to, _, _) -> {
                    dialled.add(to);
                    throw new ConnectException("refused");
                  },
                  TlsTrust.ofPlatformAnd(List.of()),
                  watch),
              new ControlTargets(
                  List.of(), List.of(new ProbeTarget("web", "control.test", 443, TlsMode.NONE))),
              "sender.test",
              InstantSource.system());
      return probe.probe(
          new ProbeRequest(
              new TreeSet<>(Set.of(PORT)),
              List.of(new ProbeTarget("named.test", "named.test", PORT, TlsMode.STARTTLS)),
              mayBeInside,
              Set.of()));
    }
  }
}
