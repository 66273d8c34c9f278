package io.portolan.sender.probe;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import org.junit.jupiter.api.Test;

class CloudHabitsTest {

  @Test
  void namesHostsOfWhichThePatternIsKnown() {
    assertThat(
            CloudHabits.hint(
                Map.of(
                    25,
                    PortVerdict.PORT_BLOCKED,
                    465,
                    PortVerdict.PORT_BLOCKED,
                    587,
                    PortVerdict.OPEN)))
        .contains("This pattern is known of: Hetzner Cloud (25, 465). A hint, not a finding.");
  }

  @Test
  void namesAccessIspsToo() {
    assertThat(
            CloudHabits.hint(
                    Map.of(
                        25, PortVerdict.PORT_BLOCKED, 465, PortVerdict.OPEN, 587, PortVerdict.OPEN))
                .orElseThrow())
        .contains("; of lines of Comcast (residential) (25), Verizon (25)")
        .contains(" and 5 more. A hint, not a finding.");
  }

  @Test
  void saysNothingOfAnOpenNetworkAnUnknownPatternOrOnePort() {
    assertThat(CloudHabits.hint(Map.of(25, PortVerdict.PORT_BLOCKED))).isEmpty();
    assertThat(
            CloudHabits.hint(
                Map.of(25, PortVerdict.OPEN, 465, PortVerdict.OPEN, 587, PortVerdict.OPEN)))
        .isEmpty();
    assertThat(
            CloudHabits.hint(
                Map.of(25, PortVerdict.OPEN, 465, PortVerdict.OPEN, 587, PortVerdict.PORT_BLOCKED)))
        .isEmpty();
  }
}
