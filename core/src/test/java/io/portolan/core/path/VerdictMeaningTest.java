package io.portolan.core.path;

import static org.assertj.core.api.Assertions.assertThat;

import io.portolan.core.policy.TlsMode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VerdictMeaningTest {
  @ParameterizedTest
  @CsvSource({
    "port-blocked, STOPPED",
    "egress-down, STOPPED",
    "local-policy, STOPPED",
    "intercepted, INTERCEPTED",
    "tls-stripped, WITHOUT_STARTTLS",
    "ipv6-only, WITHOUT_IPV6",
    "open, FREE",
    "no-listener, FREE",
    "rate-limited-egress, FREE",
    "inconclusive, FREE",
    "unknown, FREE"
  })
  void saysWhatAVerdictMeans(String verdict, VerdictMeaning meaning) {
    assertThat(VerdictMeaning.of(verdict)).isEqualTo(meaning);
  }

  @Test
  void tellsDirectFromRelaysWhereStarttlsIsTakenOut() {
    assertThat(VerdictMeaning.WITHOUT_STARTTLS.stopsDirect()).isFalse();
    assertThat(VerdictMeaning.WITHOUT_STARTTLS.stopsRelay(TlsMode.STARTTLS)).isTrue();
    assertThat(VerdictMeaning.WITHOUT_STARTTLS.stopsRelay(TlsMode.IMPLICIT)).isFalse();
    assertThat(VerdictMeaning.STOPPED.stopsRelay(TlsMode.IMPLICIT)).isTrue();
    assertThat(VerdictMeaning.INTERCEPTED.stopsDirect()).isTrue();
    assertThat(VerdictMeaning.WITHOUT_IPV6.stopsDirect()).isFalse();
  }
}
